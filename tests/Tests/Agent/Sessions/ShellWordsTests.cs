using Postern.Agent.Sessions.Command;

namespace Postern.Tests.Agent.Sessions;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("a 'b c' \"d e\"", "a|b c|d e")]
    [InlineData("a\\ b", "a b")]
    [InlineData("x'y'\"z\"", "xyz")]
    [InlineData("'' \"\"", "|")]
    [InlineData("\"a\\\"b\\n\"", "a\"b\\n")]
    [InlineData("  \t\n ", "")]
    public void Lines_are_split_as_a_shell_does(string line, string expected) => Assert.Equal(expected, string.Join('|', ShellWords.Split(line)));

    [Theory]
    [InlineData("'a")]
    [InlineData("\"a\\\"")]
    public void An_open_quote_is_an_error(string line) => Assert.Throws<FormatException>(() => ShellWords.Split(line));
}
