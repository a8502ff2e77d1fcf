/// Tests of the command line tool.
@NullMarked
package dev.heddle.cli.text;

import org.jspecify.annotations.NullMarked;
