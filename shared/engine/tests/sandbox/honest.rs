//! Programs that mean no harm, and programs that are not there.

use std::path::Path;

use quartet_engine::sandbox::{Ending, Program, run};

use crate::case::{Case, check_stopped, text};
use crate::support;

#[test]
fn an_honest_program_runs_and_is_heard() {
    let outcome = Case::new().python("open('out', 'w').write('x'); print(os.environ); sys.exit(3)");
    assert_eq!(outcome.ending, Ending::Exited(3));
    assert!(!outcome.left_behind && !outcome.output_cut);
    assert_eq!(text(&outcome), "environ({'LANG': 'C.UTF-8'})\n");
}

#[test]
fn honest_libraries_find_what_they_need() {
    let outcome = Case::new().python(
        "import asyncio, subprocess, threading, tempfile, ssl, sqlite3, multiprocessing, signal
async def echo():
    process = await asyncio.create_subprocess_exec(sys.executable, '-I', '-c', 'print(1)', stdout=-1)
    return await process.communicate()
print(asyncio.run(echo())[0])
print(subprocess.run([sys.executable, '-I', '-c', 'print(2)'], capture_output=True, start_new_session=True).stdout)
thread = threading.Thread(target=lambda: print(3)); thread.start(); thread.join()
child = subprocess.Popen([sys.executable, '-I', '-c', 'import time; time.sleep(60)'])
child.terminate(); print(-child.wait())
os.mkfifo('fifo'); os.chmod('fifo', 0o600); os.kill(os.getpid(), 0)
db = sqlite3.connect('db'); db.execute('create table t(a)'); db.commit()
print(tempfile.mkdtemp(dir='.') and 4)",
    );
    assert_eq!(
        (text(&outcome).as_str(), outcome.ending),
        ("b'1\\n'\nb'2\\n'\n3\n15\n4\n", Ending::Exited(0))
    );
}

#[test]
fn much_output_is_cut_and_not_stopped() {
    let mut case = Case::new();
    case.limits.output_bytes = 10;
    let outcome = check_stopped(&case, "print('0123456789' * 100000)", &Ending::Exited(0));
    assert_eq!((text(&outcome).as_str(), outcome.output_cut), ("0123456789", true));
}

#[test]
fn a_report_cannot_be_forged() {
    let case = Case::new();
    let outcome = case.python("print('{\"layers\":[\"trust_me\"]}'); print('{\"refused\":\"x\"}')");
    assert!(outcome.layers.iter().all(|layer| layer != "trust_me"), "{outcome:?}");
    assert_eq!(outcome.ending, Ending::Exited(0));
}

#[test]
fn what_cannot_start_says_why() {
    let case = Case::new();
    let program = case.program(support::python(), &[]);
    let missing = Program { path: "/usr/bin/quartet-no-such-program".into(), ..program.clone() };
    let outcome = run(Path::new(support::SANDBOX), &missing);
    assert!(text(&outcome).contains("No such file"), "{outcome:?}");
    assert_eq!(outcome.ending, Ending::Exited(1));
    let outcome = run(Path::new("/usr/bin/quartet-no-such-sandbox"), &program);
    assert!(
        matches!(&outcome.ending, Ending::NotStarted(why) if why.contains("No such file")),
        "{outcome:?}"
    );
    let outcome = run(Path::new("/bin/true"), &program);
    assert!(matches!(&outcome.ending, Ending::NotStarted(_)), "{outcome:?}");
    assert!(outcome.layers.is_empty());
}
