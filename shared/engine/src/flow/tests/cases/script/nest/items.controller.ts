import { Body, Controller, Get, Param, ParseIntPipe, Post, Query, Redirect, Req, Res } from "@nestjs/common";
import { Request, Response } from "express";
import { ItemsService } from "./items.service";
import { exec } from "child_process";

@Controller("items")
export class ItemsController {
  constructor(private readonly items: ItemsService) {}

  @Get()
  find(@Query("name") name: string) {
    return this.items.byName(name);
  }

  @Get(":id")
  one(@Param("id", ParseIntPipe) id: number) {
    return this.items.byId(id);
  }

  @Post("run")
  run(@Body() body: { command: string }) {
    exec(body.command); // CWE-78
  }

  @Get("page")
  page(@Req() req: Request, @Res() res: Response) {
    res.send("<p>" + req.query.name + "</p>"); // CWE-79
  }
}
