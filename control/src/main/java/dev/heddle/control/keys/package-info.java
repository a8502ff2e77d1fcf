/// Keys of those who sign tokens, fetched from where they are.
///
/// [dev.heddle.control.keys.KeySource] stands between the files and the world and adds a file of
/// its own with what it has fetched, so that keys are versioned, kept over restarts and compiled as
/// everything else is.
@NullMarked
package dev.heddle.control.keys;

import org.jspecify.annotations.NullMarked;
