/// What a command may know of the machine that it runs on, handed in from the main class.
@NullMarked
package dev.heddle.cli.machine;

import org.jspecify.annotations.NullMarked;
