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
/// When the line breaks in the middle of a message.
pub fn insert(card: &Arc<Mutex<SoftCard>>, mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut length = [0; 2];
        match stream.read_exact(&mut length) {
            Ok(()) => {}
            Err(e) if is_over(&e) => break,
            Err(e) => return Err(e),
        }
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut message)?;
        let mut card = card.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match message.as_slice() {
            [POWER_OFF] => {
                card.power_off();
                continue;
            }
            [POWER_ON | RESET] => {
                card.power_on();
                continue;
            }
            [ANSWER_TO_RESET] => SoftCard::answer_to_reset().to_vec(),
            command => match card.transmit(command) {
                Ok(answer) => answer,
                // without power: out of the reader
                Err(_) => break,
            },
        };
        let length = u16::try_from(answer.len()).unwrap_or(0).to_be_bytes();
        stream.write_all(&[length.as_slice(), &answer].concat())?;
    }
    card.lock().unwrap_or_else(PoisonError::into_inner).power_off();
    match stream.shutdown(Shutdown::Both) {
        Err(e) if e.kind() != io::ErrorKind::NotConnected => Err(e),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn is_over(e: &io::Error) -> bool {
    matches!(
        e.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}
