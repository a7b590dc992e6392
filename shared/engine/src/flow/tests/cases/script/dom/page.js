import $ from "jquery";
import DOMPurify from "dompurify";

const params = new URLSearchParams(window.location.search);
const name = params.get("name");
const box = document.getElementById("box");

box.innerHTML = "<b>" + name + "</b>"; // CWE-79
box.textContent = name;
box.innerHTML = DOMPurify.sanitize(name);
box.insertAdjacentHTML("beforeend", name); // CWE-79
document.write(location.hash.slice(1)); // CWE-79
$("#box").html(name); // CWE-79
$("#box").text(name);
eval(location.hash.substring(1)); // CWE-94
window.location.href = params.get("next"); // CWE-601
window.location = "/home?name=" + encodeURIComponent(name);
box.setAttribute("href", params.get("next"));

window.addEventListener("message", (event) => {
  box.innerHTML = event.data; // CWE-79
});

window.parent.postMessage({ name }, "*"); // CWE-346
