/// The demo as a user runs it: its own processes, real sockets, both data planes.
@NullMarked
package dev.heddle.e2e.demo;

import org.jspecify.annotations.NullMarked;
