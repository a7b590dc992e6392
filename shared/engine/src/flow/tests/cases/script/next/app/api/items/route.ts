import { NextRequest, NextResponse } from "next/server";
import { PrismaClient, Prisma } from "@prisma/client";

const prisma = new PrismaClient();

export async function GET(request: NextRequest) {
  const { searchParams } = new URL(request.url);
  const name = searchParams.get("name");
  const one = await prisma.$queryRawUnsafe(`select * from items where name = '${name}'`); // CWE-89
  const two = await prisma.$queryRaw`select * from items where name = ${name}`;
  const three = await prisma.$queryRaw(Prisma.sql`select * from items where name = ${name}`);
  return NextResponse.json({ one, two, three });
}

export async function POST(request: Request) {
  const body = await request.json();
  const answer = await fetch(body.callback); // CWE-918
  return NextResponse.redirect(body.next); // CWE-601
}
