package dev.heddle.proxy.filter;

/// Where an exchange stands.
///
/// ```
///   OVER ──begin──▶ RECEIVING ──head──▶ FILTERING ◀──resume/await──▶ AWAITING
///                       │                   └──────the router awaits upstream┘
///                       └──────any of them──first head of a response──▶ RESPONDING ──end──▶ OVER
/// ```
enum ExchangeState {
    /// Recorded; nothing belongs to it.
    OVER,
    /// The head is not complete yet.
    RECEIVING,
    /// Some filter runs.
    FILTERING,
    /// Some filter, usually the router, will say when it goes on.
    AWAITING,
    /// The head of the response was sent.
    RESPONDING
}
