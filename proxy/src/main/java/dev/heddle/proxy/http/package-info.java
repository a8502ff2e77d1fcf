/// HTTP's vocabulary and the HTTP/1.1 wire format.
///
/// A head is parsed where it was received and stays there: [Headers] is an index over the received
/// bytes with edits laid over it. Text is made of a header only when somebody asks for it, and what
/// nobody touched is forwarded byte for byte. Everything here belongs to one worker.
@NullMarked
package dev.heddle.proxy.http;

import org.jspecify.annotations.NullMarked;
