/// What the control plane knows of traffic that nobody asked to be told of, and what it says of it.
@NullMarked
package dev.heddle.e2e.signals;

import org.jspecify.annotations.NullMarked;
