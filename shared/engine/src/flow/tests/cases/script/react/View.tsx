import React, { useEffect, useRef } from "react";
import { useParams, useSearchParams, useNavigate } from "react-router-dom";
import DOMPurify from "dompurify";

export function View() {
  const [params] = useSearchParams();
  const { id } = useParams();
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const html = params.get("html") ?? "";

  useEffect(() => {
    box.current!.innerHTML = html; // CWE-79
  }, [html]);

  return (
    <div ref={box}>
      <p>{html}</p>
      <p>{id}</p>
      <div dangerouslySetInnerHTML={{ __html: html }} /> {/* CWE-79 */}
      <div dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(html) }} />
      <a href={params.get("next") ?? "/"}>next</a> {/* CWE-79 */}
      <a href={"/items/" + id}>item</a>
      <button onClick={() => navigate("/home")}>home</button>
    </div>
  );
}
