//! What rooms keep in memory for every request of this node: one value of each type, replaced as a whole.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

type Kept = BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// The memory of one node; cheap to clone.
#[derive(Clone, Default)]
pub struct Memory {
    kept: Arc<RwLock<Kept>>,
}

impl Memory {
    /// The value of a type, when somebody has put one in.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&TypeId::of::<T>()).map(Arc::clone);
        found.and_then(|value| value.downcast().ok())
    }
    /// Puts a value in, in the place of the one before.
    pub fn put<T: Any + Send + Sync>(&self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let shared: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(&value);
        kept.insert(TypeId::of::<T>(), shared);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_of_each_type_is_kept_and_replaced() {
        let memory = Memory::default();
        assert!(memory.get::<u8>().is_none());
        memory.put(1_u8);
        memory.put("word");
        memory.clone().put(2_u8);
        assert_eq!((*memory.get::<u8>().unwrap(), *memory.get::<&str>().unwrap()), (2, "word"));
    }
}
