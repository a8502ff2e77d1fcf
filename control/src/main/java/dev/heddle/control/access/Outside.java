package dev.heddle.control.access;

import java.time.Instant;

/// Of an account that a provider of logins vouches for: who that is, and until when that is
/// believed. Roles come from there each time, so nothing of the account is good for longer.
///
/// @param subject who it is, at which provider; a name may be given to somebody else, this may not
/// @param until when the provider must be asked again
public record Outside(String subject, Instant until) {
    public Outside {
        if (subject.isEmpty()) {
            throw new IllegalArgumentException("subject: '' (expected: who it is at the provider)");
        }
    }
}
