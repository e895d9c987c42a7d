//! One launch of a corpus kernel: what runs here and on the host with the same arguments.

/// An argument, at the next multiple of its alignment.
#[derive(Clone, Debug)]
pub enum Argument {
    /// The address of a buffer with these contents.
    Buffer(&'static str, Vec<u8>),
    /// The address of a buffer of that many bytes that nothing has written; the host's is zero.
    Fresh(&'static str, u64),
    /// A number or vector, little-endian, aligned to its size.
    Value(Vec<u8>),
}

#[derive(Clone, Debug)]
pub struct Case {
    pub kernel: String,
    pub grid: [u32; 3],
    pub block: [u32; 3],
    pub arguments: Vec<Argument>,
    pub dynamic_lds_bytes: u32,
}

impl Case {
    /// A launch of `groups` workgroups of `threads` threads in one dimension.
    pub fn new(kernel: &str, groups: u32, threads: u32) -> Case {
        let (grid, block) = ([groups, 1, 1], [threads, 1, 1]);
        Case { kernel: kernel.into(), grid, block, arguments: Vec::new(), dynamic_lds_bytes: 0 }
    }

    pub fn sizes(self, grid: [u32; 3], block: [u32; 3]) -> Case {
        Case { grid, block, ..self }
    }

    pub fn dynamic_lds(self, bytes: u32) -> Case {
        Case { dynamic_lds_bytes: bytes, ..self }
    }

    pub fn buffer(self, name: &'static str, bytes: Vec<u8>) -> Case {
        self.argument(Argument::Buffer(name, bytes))
    }

    pub fn fresh(self, name: &'static str, bytes: usize) -> Case {
        self.argument(Argument::Fresh(name, bytes as u64))
    }

    pub fn value<const N: usize>(self, little_endian: [u8; N]) -> Case {
        self.argument(Argument::Value(little_endian.to_vec()))
    }

    pub fn u32(self, value: u32) -> Case {
        self.value(value.to_le_bytes())
    }

    fn argument(mut self, argument: Argument) -> Case {
        self.arguments.push(argument);
        self
    }

    /// The kernarg segment, where `address` gives that of each buffer in order.
    pub fn segment(&self, mut address: impl FnMut(&Argument) -> u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        for argument in &self.arguments {
            let value = match argument {
                Argument::Value(value) => value.clone(),
                buffer => address(buffer).to_le_bytes().to_vec(),
            };
            bytes.resize(bytes.len().next_multiple_of(value.len().next_power_of_two()), 0);
            bytes.extend(value);
        }
        bytes
    }

    /// Names of the buffers in order.
    pub fn buffers(&self) -> impl Iterator<Item = &'static str> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Buffer(name, _) | Argument::Fresh(name, _) => Some(*name),
            Argument::Value(_) => None,
        })
    }
}

/// Random 32-bit words; small and extreme ones are frequent.
pub struct Random(u64);

impl Random {
    /// The seed is not 0.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn word(&mut self) -> u32 {
        const EDGES: [u32; 10] = [0, 1, 2, 31, 32, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, u32::MAX];
        match self.next() {
            random if random % 4 == 0 => EDGES[(random >> 32) as usize % EDGES.len()],
            random if random % 4 == 1 => (random >> 32) as u32 % 64,
            random => (random >> 32) as u32,
        }
    }

    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    pub fn words(&mut self, count: usize) -> Vec<u8> {
        bytes((0..count).map(|_| self.word()))
    }
}

/// Words as memory holds them.
pub fn bytes(words: impl IntoIterator<Item = u32>) -> Vec<u8> {
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}
