package dev.heddle.control.access;

import java.time.Duration;

/// What became of somebody's name and password.
public sealed interface SignIn {
    /// They fit.
    record Done(Account account) implements SignIn {}

    /// They don't; nobody is told which of them is wrong.
    record Wrong() implements SignIn {}

    /// Nobody looked: too many were wrong lately, or too many are being looked at.
    record Later(Duration pause) implements SignIn {}
}
