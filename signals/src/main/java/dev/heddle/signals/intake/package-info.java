/// Where everything that is told waits for the one thread that writes it.
@NullMarked
package dev.heddle.signals.intake;

import org.jspecify.annotations.NullMarked;
