import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter, Body, Cookie, Depends, FastAPI, File, Form, Header, HTTPException, Query, Request, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

app = FastAPI()
router = APIRouter(prefix="/api")
engine = create_async_engine("postgresql+asyncpg://db/app")


class Job(BaseModel):
    command: str
    times: int


async def session():
    async with AsyncSession(engine) as s:
        yield s


@app.get("/hi/{name}", response_class=HTMLResponse)
async def hi(name: str):
    return HTMLResponse(f"<p>{name}</p>")  # CWE-79


@app.get("/hi-json/{name}")
async def hi_json(name: str):
    return {"hello": name}


@app.post("/jobs")
async def jobs(job: Job):
    os.system(job.command)  # CWE-78
    os.system(f"repeat {job.times}")
    return {}


@app.post("/jobs/async")
async def jobs_async(command: str = Body(...)):
    p = await asyncio.create_subprocess_shell("run " + command)  # CWE-78
    await p.wait()
    return {}


@app.post("/jobs/exec")
async def jobs_exec(command: Annotated[str, Form()]):
    p = await asyncio.create_subprocess_exec("run", "--name", command)
    return {"code": await p.wait()}


@router.get("/users")
async def users(name: str = Query(""), db: AsyncSession = Depends(session)):
    rows = await db.execute(text(f"select * from users where name = '{name}'"))  # CWE-89
    safe = await db.execute(text("select * from users where name = :name"), {"name": name})
    return [rows.all(), safe.all()]


@router.get("/users/{user_id}")
async def user(user_id: int, db: AsyncSession = Depends(session)):
    return (await db.execute(text(f"select * from users where id = {user_id}"))).all()


@router.get("/orders/{order}")
async def order(order: UUID):
    return FileResponse(f"/srv/orders/{order}.pdf")


@router.get("/files/{name:path}")
async def files(name: str):
    return FileResponse("/srv/files/" + name)  # CWE-22


@router.get("/files-checked/{name:path}")
async def files_checked(name: str):
    path = (Path("/srv/files") / name).resolve()
    if not path.is_relative_to("/srv/files"):
        raise HTTPException(404)
    return FileResponse(path)


@router.post("/upload")
async def upload(file: UploadFile = File(...)):
    with open(f"/srv/up/{file.filename}", "wb") as out:  # CWE-22
        shutil.copyfileobj(file.file, out)
    return {}


@router.get("/go")
async def go(to: str):
    return RedirectResponse(to)  # CWE-601


@router.get("/proxy")
async def proxy(url: str, request: Request):
    async with httpx.AsyncClient() as client:
        r = await client.get(url)  # CWE-918
        fixed = await client.get("https://api.example.org/items", params={"q": url})
    return [r.text, fixed.text]


@router.get("/agent")
async def agent(user_agent: Annotated[str, Header()], sid: Annotated[str, Cookie()]):
    return HTMLResponse("<i>" + user_agent + sid + "</i>")  # CWE-79


@router.post("/raw")
async def raw(request: Request):
    data = await request.json()
    return JSONResponse({"v": eval(data["expr"])})  # CWE-94


def current_user():
    return "ann"


@app.get("/home")
async def home(user: str = Depends(current_user)):
    return HTMLResponse("<p>" + user + "</p>")


@app.get("/clip")
async def clip(names: list[str] = Query([]), page: int = 1):
    for name in names:
        os.system("clip " + name)  # CWE-78
    os.system(f"page {page}")
    return {}


class Filter(BaseModel):
    field: str
    limit: int = 10

    def where(self) -> str:
        return "field = '" + self.field + "'"


@router.post("/filter")
async def filtered(wanted: Filter, db: AsyncSession = Depends(session)):
    rows = await db.execute(text("select * from t where " + wanted.where()))  # CWE-89
    same = await db.execute(text(f"select * from t limit {wanted.limit}"))
    return [rows.all(), same.all()]
