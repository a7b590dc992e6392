import { Injectable } from "@nestjs/common";
import { DataSource } from "typeorm";

@Injectable()
export class ItemsService {
  constructor(private readonly source: DataSource) {}

  byName(name: string) {
    return this.source.query(`select * from items where name = '${name}'`); // CWE-89
  }

  byId(id: number) {
    return this.source.query("select * from items where id = $1", [id]);
  }
}
