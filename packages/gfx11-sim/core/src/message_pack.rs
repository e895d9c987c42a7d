//! A reader of MessagePack, as far as code-object metadata uses it: maps, arrays, text, integers, booleans.

/// A value of the metadata note.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Nil,
    Bool(bool),
    Integer(i128),
    Text(String),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
}

impl Value {
    /// The value of a text key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Map(entries) = self else { return None };
        entries.iter().find(|(k, _)| matches!(k, Value::Text(text) if text == key)).map(|(_, value)| value)
    }

    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub fn items(&self) -> &[Value] {
        if let Value::Array(items) = self { items } else { &[] }
    }

    pub fn unsigned(&self) -> Option<u64> {
        if let Value::Integer(number) = self { u64::try_from(*number).ok() } else { None }
    }

    pub fn boolean(&self) -> Option<bool> {
        if let Value::Bool(value) = self { Some(*value) } else { None }
    }
}

/// Deeper nesting than this is refused; the metadata needs 5.
const MAX_DEPTH: u32 = 16;

/// Reads one value; bytes after it are ignored.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, String> {
    Reader { rest: bytes }.value(0)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8], String> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or("it ends inside a value")?;
        self.rest = tail;
        Ok(head)
    }

    fn unsigned(&mut self, bytes: usize) -> Result<u64, String> {
        Ok(self.take(bytes)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn signed(&mut self, bytes: usize) -> Result<Value, String> {
        let shift = 64 - 8 * bytes as u32;
        let number = (self.unsigned(bytes)? << shift) as i64 >> shift;
        Ok(Value::Integer(number.into()))
    }

    fn text(&mut self, count: usize) -> Result<Value, String> {
        let text = std::str::from_utf8(self.take(count)?).map_err(|_| "it has text that is not UTF-8")?;
        Ok(Value::Text(text.to_owned()))
    }

    // Elements are read one at a time: a hostile count ends at the end of the bytes, not in a huge allocation.
    fn array(&mut self, count: u64, depth: u32) -> Result<Value, String> {
        (0..count).map(|_| self.value(depth)).collect::<Result<_, _>>().map(Value::Array)
    }

    fn map(&mut self, count: u64, depth: u32) -> Result<Value, String> {
        let entries = (0..count).map(|_| Ok((self.value(depth)?, self.value(depth)?)));
        entries.collect::<Result<_, String>>().map(Value::Map)
    }

    fn value(&mut self, depth: u32) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("it is nested more than {MAX_DEPTH} deep"));
        }
        let tag = self.take(1)?[0];
        let depth = depth + 1;
        match tag {
            0x00..=0x7f => Ok(Value::Integer(tag.into())),
            0xe0..=0xff => Ok(Value::Integer((tag as i8).into())),
            0x80..=0x8f => self.map((tag & 15).into(), depth),
            0x90..=0x9f => self.array((tag & 15).into(), depth),
            0xa0..=0xbf => self.text((tag & 31).into()),
            0xc0 => Ok(Value::Nil),
            0xc2 | 0xc3 => Ok(Value::Bool(tag == 0xc3)),
            0xcc..=0xcf => Ok(Value::Integer(self.unsigned(1 << (tag & 3))?.into())),
            0xd0..=0xd3 => self.signed(1 << (tag & 3)),
            0xd9..=0xdb => {
                let count = self.unsigned(1 << (tag - 0xd9))?;
                self.text(count as usize)
            }
            0xdc | 0xdd => {
                let count = self.unsigned(2 << (tag - 0xdc))?;
                self.array(count, depth)
            }
            0xde | 0xdf => {
                let count = self.unsigned(2 << (tag - 0xde))?;
                self.map(count, depth)
            }
            _ => Err(format!("it has a value of type {tag:#04x}, which metadata does not use")),
        }
    }
}
