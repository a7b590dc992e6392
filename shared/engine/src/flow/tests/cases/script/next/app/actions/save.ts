"use server";

import { redirect } from "next/navigation";
import { writeFile } from "fs/promises";

export async function save(form: FormData) {
  const name = form.get("name") as string;
  await writeFile(`/srv/notes/${name}.txt`, String(form.get("text"))); // CWE-22
  redirect("/notes");
}
