/// Tests of the command line tool.
@NullMarked
package dev.heddle.cli;

import org.jspecify.annotations.NullMarked;
