@NullMarked
package dev.heddle.signals.remote;

import org.jspecify.annotations.NullMarked;
