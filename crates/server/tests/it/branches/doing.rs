//! What people do in the simulation.
