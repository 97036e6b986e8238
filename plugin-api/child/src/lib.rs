//! A program that runs beside this one.
