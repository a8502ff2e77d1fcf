/// The proxy's own identity: a key that is made here and never leaves, and a certificate for it.
///
/// An [IdentityAgent] asks the certificate authority, keeps what it gets in [IdentityFiles], where
/// listeners and clusters find it, and asks again in time. It serves Heddle's proxy from within and
/// stock Envoy from beside.
@NullMarked
package dev.heddle.proxy.identity;

import org.jspecify.annotations.NullMarked;
