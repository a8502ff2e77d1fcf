/// What commands print: tables, and errors that say what, where and what to try next.
@NullMarked
package dev.heddle.cli.text;

import org.jspecify.annotations.NullMarked;
