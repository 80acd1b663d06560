//! The plug of a virtual reader (`vpcd` of vsmartcard): a card in software connects to the port of a reader that
//! pcscd knows. Each message has its length in two bytes before it; one byte alone is an order.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use super::SoftCard;
use crate::terminal::Transport as _;

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const ANSWER_TO_RESET: u8 = 4;

/// Stays in the reader until the card loses power or the reader goes away. Whoever keeps a clone of the stream
/// pulls the card out by shutting it down.
///
/// # Errors
/// When the line fails otherwise.
pub fn insert(card: &Arc<Mutex<SoftCard>>, mut stream: TcpStream) -> io::Result<()> {
    let outcome = talk(card, &mut stream);
    card.lock().unwrap_or_else(PoisonError::into_inner).power_off();
    // who was pulled out has nothing to shut down any more
    let _ = stream.shutdown(Shutdown::Both);
    match outcome {
        Err(e) if !is_over(&e) => Err(e),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn talk(card: &Mutex<SoftCard>, stream: &mut TcpStream) -> io::Result<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut message)?;
        let Some(answer) = answer(card, &message) else { return Ok(()) };
        if !answer.is_empty() {
            let length = u16::try_from(answer.len()).unwrap_or(0).to_be_bytes();
            stream.write_all(&[length.as_slice(), &answer].concat())?;
        }
    }
}

/// What the card says to a message; nothing to an order, `None` when it is without power: out of the reader.
fn answer(card: &Mutex<SoftCard>, message: &[u8]) -> Option<Vec<u8>> {
    let mut card = card.lock().unwrap_or_else(PoisonError::into_inner);
    match message {
        [POWER_OFF] => card.power_off(),
        [POWER_ON | RESET] => card.power_on(),
        [ANSWER_TO_RESET] => return Some(SoftCard::answer_to_reset().to_vec()),
        command => return card.transmit(command).ok(),
    }
    Some(Vec::new())
}

fn is_over(e: &io::Error) -> bool {
    matches!(
        e.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}
