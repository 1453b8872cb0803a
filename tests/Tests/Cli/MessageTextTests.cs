using Postern.Cli.Terminal;

namespace Postern.Tests.Cli;

public sealed class MessageTextTests
{
    [Theory]
    [InlineData("\n\nSessionId: a : it\tfailed\r\n", "\n\nSessionId: a : it\tfailed\r\n")]
    [InlineData("\u001b]0;owned\u0007\u009b2J", " ]0;owned  2J")]
    [InlineData("refused\rsucceeded\r", "refused succeeded ")]
    public void A_message_is_obeyed_by_no_terminal(string text, string shown) => Assert.Equal(shown, StandardOutput.Plain(text));
}
