/// What a proxy remembers of its last requests, so that somebody who asks too late for logs has
/// something: its flight recorder.
///
/// Each worker has a [FlightRecorder], a ring of slots that are made once. A request is written
/// down where it is counted, in some 100 ns and without an object; what is in the slots is read
/// when somebody asks, on the worker's thread, and leaves it as [Flight]s.
@NullMarked
package dev.heddle.proxy.flight;

import org.jspecify.annotations.NullMarked;
