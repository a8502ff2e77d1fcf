/// Tests of the command line tool.
@NullMarked
package dev.heddle.cli.demo;

import org.jspecify.annotations.NullMarked;
