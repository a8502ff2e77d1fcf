/// Answers questions for names (RFC 1035) in the place of the machine's own server of names.
///
/// Names of the mesh are answered from a [dev.heddle.proxy.dns.NameTable], all others by asking the
/// servers that the machine has, whose answers are kept for as long as they say. What is decided
/// here is decided by bytes and clocks that are given; [dev.heddle.proxy.dns.NameServer] has the
/// sockets.
@NullMarked
package dev.heddle.proxy.dns;

import org.jspecify.annotations.NullMarked;
