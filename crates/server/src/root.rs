//! The roots of the keys: a file, made at the first start, or a program that speaks to the bank's key management
//! service. Without the root nobody can read what is sealed in the database, so it is kept apart from the
//! database and from its backups.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{Entropy, Secret};
use store::keys::{Root, RootError, SecretBox};

/// What the master keys are sealed for.
const PURPOSE: &str = "master_key";
/// How long the key management service may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// The longest answer that is read (bytes).
const ANSWER_MAX: u64 = 65_536;

/// The root a configuration names: the program when there is one, else the file.
pub fn named(key_file: &Path, key_command: &[String]) -> Arc<dyn Root> {
    match key_command.split_first() {
        Some((program, arguments)) => {
            Arc::new(CommandRoot { program: program.clone(), arguments: arguments.to_vec() })
        }
        None => Arc::new(FileRoot { file: key_file.to_owned() }),
    }
}

/// Keys in a file, 32 bytes in base64 on a line each: the first one seals, all of them open.
pub struct FileRoot {
    /// Where it lies.
    pub file: PathBuf,
}

impl FileRoot {
    fn problem(&self, error: impl std::fmt::Display) -> RootError {
        RootError(format!("{}: {error}", self.file.display()))
    }
    fn boxes(&self) -> Result<Vec<SecretBox>, RootError> {
        let text = Secret::new(std::fs::read_to_string(&self.file).map_err(|e| self.problem(e))?);
        crate::private::look("the key file", &self.file);
        let lines = text.reveal().lines().filter(|line| !line.trim().is_empty());
        let boxes = lines.map(|line| SecretBox::from_text(&Secret::new(line.to_owned())));
        boxes.collect::<Result<_, _>>().map_err(|e| self.problem(e))
    }
    /// Puts a new key before the others, in a file that takes the old one's place whole.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn put_new(&self, entropy: &dyn Entropy) -> Result<(), RootError> {
        let old = std::fs::read_to_string(&self.file).map_err(|e| self.problem(e))?;
        self.write(&Secret::new(format!("{}\n{old}", SecretBox::new_key(entropy).reveal())))
    }
    /// Takes all but the first key away.
    ///
    /// # Errors
    /// As [`FileRoot::put_new`].
    pub fn drop_old(&self) -> Result<(), RootError> {
        let text = std::fs::read_to_string(&self.file).map_err(|e| self.problem(e))?;
        let first = text.lines().next().unwrap_or_default();
        self.write(&Secret::new(format!("{first}\n")))
    }
    /// Puts the first key into a file that is there whole or not at all, however the program may end; answers whether
    /// it did. One that is there is never written over.
    fn begin_whole(&self, key: &Secret<String>, entropy: &dyn Entropy) -> std::io::Result<bool> {
        let mut chance = [0; 8];
        entropy.fill(&mut chance);
        let mut name = self.file.clone().into_os_string();
        name.push(format!(".{:016x}", u64::from_be_bytes(chance)));
        let beside = PathBuf::from(name);
        let mut options = std::fs::OpenOptions::new();
        let mut open = options.write(true).create_new(true).mode(0o600).open(&beside)?;
        let written = open.write_all(format!("{}\n", key.reveal()).as_bytes());
        let placed =
            written.and_then(|()| open.sync_all()).and_then(|()| place(&beside, &self.file));
        // gone already where it has changed its name
        let _ = std::fs::remove_file(&beside);
        match placed {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            other => other?,
        }
        let folder = self.file.parent().filter(|folder| !folder.as_os_str().is_empty());
        std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(true)
    }
    fn write(&self, text: &Secret<String>) -> Result<(), RootError> {
        let mut name = self.file.clone().into_os_string();
        name.push(".new");
        let beside = PathBuf::from(name);
        let write = || {
            let mut options = std::fs::OpenOptions::new();
            let mut open =
                options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
            open.write_all(text.reveal().as_bytes())?;
            open.sync_all()?;
            std::fs::rename(&beside, &self.file)
        };
        write().map_err(|e| self.problem(e))
    }
}

impl Root for FileRoot {
    fn begin(&self, entropy: &dyn Entropy) -> Result<(), RootError> {
        if self.file.exists() {
            return Ok(());
        }
        let made = self.begin_whole(&SecretBox::new_key(entropy), entropy);
        if !made.map_err(|e| self.problem(e))? {
            return Ok(());
        }
        tracing::info!(file = %self.file.display(), "a key file was made; keep a copy apart from the database");
        Ok(())
    }
    fn seal(&self, entropy: &dyn Entropy, plain: &Secret<Vec<u8>>) -> Result<Vec<u8>, RootError> {
        let boxes = self.boxes()?;
        let first = boxes.first().ok_or_else(|| self.problem("holds no key"))?;
        first.seal(entropy, plain.reveal(), PURPOSE).map_err(|e| self.problem(e))
    }
    fn open(&self, sealed: &[u8]) -> Result<Secret<Vec<u8>>, RootError> {
        let boxes = self.boxes()?;
        let opened = boxes.iter().find_map(|one| one.open(sealed, PURPOSE).ok());
        opened.ok_or_else(|| self.problem("is not the key file of this database"))
    }
}

/// Gives a file its name, unless the name is taken: a second name, unlike a change of name, is refused then. Where
/// the file system knows no second names, the name is changed.
fn place(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::hard_link(from, to) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists && !to.exists() => {
            std::fs::rename(from, to)
        }
        other => other,
    }
}

/// A program of the bank's: called with `seal` or `open` as its last argument, it takes base64 at its input and
/// gives base64 at its output.
pub(crate) struct CommandRoot {
    program: String,
    arguments: Vec<String>,
}

impl CommandRoot {
    fn problem(&self, error: impl std::fmt::Display) -> RootError {
        RootError(format!("{}: {error}", self.program))
    }
    fn ask(&self, what: &str, bytes: &[u8]) -> Result<Secret<Vec<u8>>, RootError> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(what);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().map_err(|e| self.problem(e))?;
        let answer = self.talk(&mut child, bytes);
        if answer.is_err() {
            // whatever it is doing: nobody waits for it any more
            let _ = child.kill();
        }
        let status = child.wait().map_err(|e| self.problem(e))?;
        let text = answer?;
        if !status.success() {
            return Err(self.problem(format!("{what}: {status}")));
        }
        let plain = STANDARD.decode(text.reveal().trim());
        plain.map(Secret::new).map_err(|_| self.problem(format!("{what}: the answer is no base64")))
    }
    fn talk(&self, child: &mut Child, bytes: &[u8]) -> Result<Secret<String>, RootError> {
        if let Some(mut input) = child.stdin.take() {
            let written = input.write_all(STANDARD.encode(bytes).as_bytes());
            // one that does not read its input says why by its exit code
            if let Err(error) = written
                && error.kind() != ErrorKind::BrokenPipe
            {
                return Err(self.problem(error));
            }
        }
        let output = child.stdout.take().ok_or_else(|| self.problem("has no output"))?;
        let (said, hears) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let read = output.take(ANSWER_MAX).read_to_string(&mut text).map(|_| text);
            // nobody listens any more when it took too long
            let _ = said.send(read);
        });
        let read =
            hears.recv_timeout(ANSWERS_WITHIN).map_err(|_| self.problem("no answer in time"))?;
        read.map(Secret::new).map_err(|e| self.problem(e))
    }
}

impl Root for CommandRoot {
    fn begin(&self, _: &dyn Entropy) -> Result<(), RootError> {
        Ok(())
    }
    fn seal(&self, _: &dyn Entropy, plain: &Secret<Vec<u8>>) -> Result<Vec<u8>, RootError> {
        Ok(self.ask("seal", plain.reveal())?.reveal().clone())
    }
    fn open(&self, sealed: &[u8]) -> Result<Secret<Vec<u8>>, RootError> {
        self.ask("open", sealed)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use kernel::RandomEntropy;

    use super::*;

    fn secret() -> Secret<Vec<u8>> {
        Secret::new(b"thirty-two bytes of a master key".to_vec())
    }

    #[test]
    fn a_key_file_is_made_once_for_its_owner_only_and_its_keys_change() {
        let folder = tempfile::tempdir().unwrap();
        let root = FileRoot { file: folder.path().join("bank.db.key") };
        root.begin(&RandomEntropy).unwrap();
        let sealed = root.seal(&RandomEntropy, &secret()).unwrap();
        let mode = || std::fs::metadata(&root.file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside it");
        assert!(!root.begin_whole(&SecretBox::new_key(&RandomEntropy), &RandomEntropy).unwrap());
        root.begin(&RandomEntropy).unwrap();
        assert_eq!(root.open(&sealed).unwrap().reveal(), secret().reveal(), "not written over");
        root.put_new(&RandomEntropy).unwrap();
        assert_eq!(root.open(&sealed).unwrap().reveal(), secret().reveal(), "old ones still open");
        let anew = root.seal(&RandomEntropy, &secret()).unwrap();
        root.drop_old().unwrap();
        assert_eq!(mode(), 0o600);
        assert_eq!(root.open(&anew).unwrap().reveal(), secret().reveal());
        let error = root.open(&sealed).unwrap_err().to_string();
        assert!(error.contains("bank.db.key") && error.contains("not the key file"), "{error}");
        std::fs::write(&root.file, "no key").unwrap();
        let error = root.open(&sealed).unwrap_err().to_string();
        assert!(error.contains("bank.db.key") && !error.contains("no key"), "{error}");
    }

    #[test]
    fn a_program_seals_and_opens_and_its_failures_are_told() {
        let script = |text: &str| CommandRoot {
            program: "sh".to_owned(),
            arguments: vec!["-c".to_owned(), text.to_owned(), "kms".to_owned()],
        };
        // turns the text round: no cipher, but it is another program that does it
        let kms = script(
            "if [ \"$1\" = seal ]; then base64 -d | rev | base64 -w0; else base64 -d | rev | base64 -w0; fi",
        );
        let sealed = kms.seal(&RandomEntropy, &secret()).unwrap();
        assert_ne!(&sealed, secret().reveal());
        assert_eq!(kms.open(&sealed).unwrap().reveal(), secret().reveal());
        assert!(script("exit 3").open(&sealed).unwrap_err().to_string().contains("exit status: 3"));
        let error = script("cat >/dev/null; echo '!'").open(&sealed).unwrap_err().to_string();
        assert!(error.contains("no base64"), "{error}");
        let absent = CommandRoot { program: "/no/such/program".to_owned(), arguments: Vec::new() };
        assert!(absent.open(&sealed).is_err());
    }
}
