/// The HTTP server of the control plane: an API for programs, and a page for people that uses it.
@NullMarked
package dev.heddle.console;

import org.jspecify.annotations.NullMarked;
