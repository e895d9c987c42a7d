//! Errors as JavaScript gets them.

use moe_gfx11_sim::execute::Space;
use moe_gfx11_sim::{NearBuffer, Place, SimError};
use napi::bindgen_prelude::{BigInt, Either};
use napi_derive::napi;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What went wrong and where; fields that do not apply are absent.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct Failure {
    pub code: String,
    pub message: String,
    pub pc: Option<BigInt>,
    pub instruction: Option<String>,
    pub workgroup: Option<Vec<u32>>,
    pub wave: Option<u32>,
    pub lane: Option<u32>,
    pub space: Option<String>,
    pub address: Option<BigInt>,
    pub bytes: Option<u32>,
    pub buffer: Option<String>,
    pub buffer_offset: Option<i64>,
    pub buffer_bytes: Option<f64>,
    pub register: Option<String>,
    pub other_wave: Option<u32>,
    pub other_instruction: Option<String>,
    pub encoding: Option<String>,
}

impl Failure {
    pub fn new(code: &str, message: String) -> Failure {
        Failure { code: code.to_owned(), message, ..Failure::default() }
    }

    pub fn busy() -> Box<Failure> {
        let message = "a launch is running on this simulator; wait for it, or use another simulator";
        Box::new(Failure::new("E_BUSY", message.into()))
    }

    pub fn no_buffer() -> Box<Failure> {
        Box::new(Failure::new("E_DISPOSED", "the buffer was disposed of".into()))
    }

    fn at(self, place: &Place) -> Failure {
        Failure {
            pc: Some(place.pc.into()),
            instruction: Some(place.instruction.clone()),
            workgroup: Some(place.group.to_vec()),
            wave: Some(place.wave),
            ..self
        }
    }

    fn accessing(self, space: Space, lane: Option<u32>, address: u64) -> Failure {
        Failure { space: Some(space.to_string()), lane, address: Some(address.into()), ..self }
    }

    fn near(self, near: &Option<Box<NearBuffer>>) -> Failure {
        let Some(near) = near else { return self };
        Failure {
            buffer: Some(near.name.clone()),
            buffer_offset: Some(near.offset),
            buffer_bytes: Some(near.bytes as f64),
            ..self
        }
    }
}

impl From<SimError> for Failure {
    fn from(error: SimError) -> Failure {
        let failure = Failure::new(error.code(), error.to_string());
        match error {
            SimError::Encoding { pc, .. } => Failure { pc: Some(pc.into()), ..failure },
            SimError::Unimplemented { place, encoding } => Failure { encoding: Some(encoding), ..failure.at(&place) },
            SimError::Bounds { place, space, lane, address, bytes, near }
            | SimError::Poison { place, space, lane, address, bytes, near } => {
                Failure { bytes: Some(bytes), ..failure.at(&place).accessing(space, lane, address).near(&near) }
            }
            SimError::Alignment { place, space, lane, address, near, .. } => {
                failure.at(&place).accessing(space, lane, address).near(&near)
            }
            SimError::Uninitialized { place, register, lane } => {
                Failure { register: Some(format!("v{register}")), lane: Some(lane), ..failure.at(&place) }
            }
            SimError::InFlight { place, register, load, .. } => {
                Failure { register: Some(register), other_instruction: Some(load), ..failure.at(&place) }
            }
            SimError::Race { place, space, lane, address, other_wave, other, near, .. } => Failure {
                other_wave: Some(other_wave),
                other_instruction: Some(other),
                ..failure.at(&place).accessing(space, Some(lane), address).near(&near)
            },
            SimError::MatrixHazard { place, register } => {
                Failure { register: Some(format!("v{register}")), ..failure.at(&place) }
            }
            SimError::MatrixLanes { place, register, lane } => {
                Failure { register: Some(format!("v{register}")), lane: Some(lane), ..failure.at(&place) }
            }
            SimError::Register { place, register, .. } => {
                Failure { register: Some(format!("v{register}")), ..failure.at(&place) }
            }
            SimError::Outside { place, address } => Failure { address: Some(address.into()), ..failure.at(&place) },
            SimError::Barrier { place, .. } | SimError::Loop { place, .. } => failure.at(&place),
            _ => failure,
        }
    }
}

impl From<SimError> for Box<Failure> {
    fn from(error: SimError) -> Box<Failure> {
        Box::new(error.into())
    }
}

/// Runs `call`; a panic becomes a failure.
pub fn guarded<T>(call: impl FnOnce() -> Result<T, Box<Failure>>) -> Either<T, Failure> {
    match caught(call) {
        Ok(value) => Either::A(value),
        Err(failure) => Either::B(*failure),
    }
}

fn caught<T>(call: impl FnOnce() -> Result<T, Box<Failure>>) -> Result<T, Box<Failure>> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        let message = format!("the simulator panicked: {text}; please report this");
        Err(Box::new(Failure::new("E_INTERNAL", message)))
    })
}
