/// Tests of the command line tool.
@NullMarked
package dev.heddle.cli.process;

import org.jspecify.annotations.NullMarked;
