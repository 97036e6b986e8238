//! Limits the calls, tokens and cost of a run. The worst case is reserved before a call and settled after it.

use crate::settings::{Budget, Prices};
use rowsmith_plugin_api::completion::Usage;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

#[derive(Debug, Default, Clone, Copy)]
struct Used {
    calls: u64,
    input: u64,
    output: u64,
    reserved_input: u64,
    reserved_output: u64,
    open: u64,
}

/// Tracks the usage of a run against its budget.
#[derive(Debug)]
pub struct BudgetTracker {
    budget: Budget,
    prices: Option<Prices>,
    used: Mutex<Used>,
    settled: Notify,
}

/// The reserved tokens of one call.
#[derive(Debug, Clone, Copy)]
pub struct Reservation {
    input: u64,
    output: u64,
}

impl BudgetTracker {
    /// Creates a tracker without usage.
    pub fn new(budget: Budget, prices: Option<Prices>) -> Self {
        Self { budget, prices, used: Mutex::new(Used::default()), settled: Notify::new() }
    }

    /// Reserves the worst case of a call. Waits while only open reservations of other calls prevent it, since most calls use
    /// less than they reserve.
    ///
    /// # Errors
    /// A message that names the limit.
    pub async fn reserve(&self, input: u64, output: u64) -> Result<Reservation, String> {
        loop {
            let mut settled = pin!(self.settled.notified());
            settled.as_mut().enable();
            match self.try_reserve(input, output) {
                Err((_, open)) if open > 0 => settled.await,
                result => return result.map_err(|(limit, _)| limit),
            }
        }
    }

    /// Reserves without waiting; the error also holds the number of open reservations.
    fn try_reserve(&self, input: u64, output: u64) -> Result<Reservation, (String, u64)> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(max) = self.budget.max_calls.filter(|max| used.calls + 1 > *max) {
            return Err((format!("max_calls = {max} is used up"), used.open));
        }
        let (all_input, all_output) =
            (used.input + used.reserved_input + input, used.output + used.reserved_output + output);
        if let Some(max) = self.budget.max_tokens.filter(|max| all_input + all_output > *max) {
            let limit =
                format!("the next call could exceed max_tokens = {max} ({} are used)", used.input + used.output);
            return Err((limit, used.open));
        }
        if let (Some(max), Some(prices)) = (self.budget.max_cost_usd, self.prices)
            && prices.cost_usd(all_input, all_output) > max
        {
            let so_far = prices.cost_usd(used.input, used.output);
            let limit = format!("the next call could exceed max_cost_usd = {max} (${so_far:.4} is spent)");
            return Err((limit, used.open));
        }
        used.calls += 1;
        used.open += 1;
        used.reserved_input += input;
        used.reserved_output += output;
        Ok(Reservation { input, output })
    }

    /// Replaces a reservation by the reported usage; missing counts are charged at the worst case.
    pub fn settle(&self, reservation: Reservation, usage: Option<&Usage>) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.reserved_input = used.reserved_input.saturating_sub(reservation.input);
        used.reserved_output = used.reserved_output.saturating_sub(reservation.output);
        used.open = used.open.saturating_sub(1);
        self.settled.notify_waiters();
        // A rejected call is charged nothing.
        let Some(usage) = usage else { return };
        used.input += usage.input.unwrap_or(reservation.input);
        used.output += usage.output.unwrap_or(reservation.output);
    }

    /// Cancels the reservation of a call that was not made.
    pub fn cancel(&self, reservation: Reservation) {
        self.settle(reservation, None);
        self.used.lock().unwrap_or_else(PoisonError::into_inner).calls -= 1;
    }

    /// Returns the cost so far in US dollars; `None` when prices are unknown.
    pub fn cost_usd(&self) -> Option<f64> {
        let used = *self.used.lock().unwrap_or_else(PoisonError::into_inner);
        Some(self.prices?.cost_usd(used.input, used.output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: u64, output: u64) -> Usage {
        Usage { input: Some(input), output: Some(output), ..Usage::default() }
    }

    #[test]
    fn calls_are_never_more_than_allowed() {
        let budget = BudgetTracker::new(Budget { max_calls: Some(2), ..Budget::default() }, None);
        let first = budget.try_reserve(1, 1).unwrap();
        budget.try_reserve(1, 1).unwrap();
        assert_eq!(budget.try_reserve(1, 1).unwrap_err().0, "max_calls = 2 is used up");
        budget.cancel(first);
        assert!(budget.try_reserve(1, 1).is_ok());
    }

    #[test]
    fn the_worst_case_is_reserved_and_the_actual_usage_is_charged() {
        let budget = BudgetTracker::new(Budget { max_tokens: Some(100), ..Budget::default() }, None);
        let first = budget.try_reserve(30, 50).unwrap();
        assert!(budget.try_reserve(10, 20).is_err(), "80 of 100 are reserved");
        budget.settle(first, Some(&usage(20, 10)));
        let second = budget.try_reserve(10, 60).unwrap();
        budget.settle(second, None);
        assert!(budget.try_reserve(10, 60).is_ok(), "a failed call used nothing");
    }

    #[test]
    fn money_is_never_more_than_allowed() {
        let prices = Prices { input_usd_per_million: 1.0, output_usd_per_million: 10.0 };
        let budget = BudgetTracker::new(Budget { max_cost_usd: Some(0.01), ..Budget::default() }, Some(prices));
        let first = budget.try_reserve(1_000, 800).unwrap();
        budget.settle(first, Some(&usage(1_000, 800)));
        assert!(budget.cost_usd().is_some_and(|usd| (usd - 0.009).abs() < 1e-9));
        assert!(budget.try_reserve(1_000, 800).unwrap_err().0.contains("max_cost_usd = 0.01"));
    }

    #[tokio::test]
    async fn a_call_waits_for_what_others_have_set_aside() {
        let budget = BudgetTracker::new(Budget { max_tokens: Some(100), ..Budget::default() }, None);
        let first = budget.reserve(30, 50).await.unwrap();
        let mut second = pin!(budget.reserve(30, 50));
        let waits = tokio::select! {
            biased;
            _ = &mut second => false,
            () = std::future::ready(()) => true,
        };
        assert!(waits, "80 of 100 are reserved");
        budget.settle(first, Some(&usage(10, 5)));
        assert!(second.await.is_ok(), "15 of 100 are used");
    }
}
