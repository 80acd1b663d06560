//! The bank's own look at files that come in: a program, called for each file with the file at its input. It says
//! by its exit code whether the file may be kept; when it cannot say, the file is not kept.

use std::process::Stdio;
use std::time::Duration;

use spine::Error;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::cx::Cx;

/// How long one file may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the program answers of a file that may be kept, and of one that may not.
const CLEAN: i32 = 0;
const BAD: i32 = 1;

/// The program and its arguments.
#[derive(Clone, Debug)]
pub struct Scanner {
    program: String,
    arguments: Vec<String>,
}

impl Scanner {
    /// A scanner; none when no program is named.
    pub fn new(command: &[String]) -> Option<Self> {
        let (program, arguments) = command.split_first()?;
        Some(Self { program: program.clone(), arguments: arguments.to_vec() })
    }
    /// The program's exit code for a file.
    async fn ask(&self, content: &[u8]) -> std::io::Result<Option<i32>> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let asked = async {
            if let Some(mut input) = child.stdin.take() {
                // one that knows enough need not read to the end
                match input.write_all(content).await {
                    Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                        return Err(error);
                    }
                    _ => drop(input),
                }
            }
            child.wait().await
        };
        let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
        Ok(tokio::time::timeout(PATIENCE, asked).await.map_err(late)??.code())
    }
}

impl Cx {
    /// Lets the bank's scanner, if there is one, look at a file that came in.
    ///
    /// # Errors
    /// Refused at the field `file` when it finds something (`file-infected`), and when it does not answer
    /// (`file-unscanned`).
    pub async fn scan(&self, content: &[u8]) -> Result<(), Error> {
        let Some(scanner) = &self.app.guards.scanner else { return Ok(()) };
        match scanner.ask(content).await {
            Ok(Some(CLEAN)) => Ok(()),
            Ok(Some(BAD)) => {
                self.alarm("file-infected");
                Err(Error::refused_field("file-infected", "file"))
            }
            other => {
                let operation = self.ctx.operation_id.to_string();
                tracing::error!(?other, %operation, "the scanner of files does not answer");
                Err(Error::refused_field("file-unscanned", "file"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_program_sees_the_whole_file_and_need_not_read_it() {
        let script = |text: &str| {
            Scanner::new(&["sh".to_owned(), "-c".to_owned(), text.to_owned()]).unwrap()
        };
        let content = vec![b'x'; 300_000];
        let counts = script("test $(wc -c) -eq 300000");
        assert_eq!(counts.ask(&content).await.unwrap(), Some(CLEAN));
        assert_eq!(script("exit 1").ask(&content).await.unwrap(), Some(BAD));
        assert_eq!(script("exit 2").ask(&content).await.unwrap(), Some(2));
        let absent = Scanner::new(&["/no/such/program".to_owned()]).unwrap();
        assert!(absent.ask(&content).await.is_err());
        assert!(Scanner::new(&[]).is_none());
    }
}
