using System.Text;
using Postern.Cli.Terminal;

namespace Postern.Tests.Cli;

public sealed class EscapeInputTests
{
    [Theory]
    [InlineData("ls\r", "ls\r")]
    [InlineData("a~.b", "a~.b")]
    [InlineData("~~x", "~x")]
    [InlineData("~x", "~x")]
    [InlineData("\r~~.", "\r~.")]
    [InlineData("cd ~\r", "cd ~\r")]
    [InlineData("\r~\r~x", "\r~\r~x")]
    public async Task Keys_pass(string typed, string expected)
    {
        foreach (var chunk in (int[])[1, 3, 100])
        {
            var (text, escaped) = await TypeAsync(typed, chunk);
            Assert.Equal(expected, text);
            Assert.False(escaped);
        }
    }

    [Theory]
    [InlineData("~.", "")]
    [InlineData("ls\r~.more", "ls\r")]
    public async Task Tilde_and_dot_at_the_start_of_a_line_end_the_input(string typed, string expected)
    {
        var (text, escaped) = await TypeAsync(typed, chunk: 1);
        Assert.Equal(expected, text);
        Assert.True(escaped);
        Assert.True((await TypeAsync(typed, chunk: 100)).Escaped);
    }

    private static async Task<(string Text, bool Escaped)> TypeAsync(string typed, int chunk)
    {
        var input = new EscapeInput(new MemoryStream(Encoding.ASCII.GetBytes(typed)));
        var all = new MemoryStream();
        var buffer = new byte[chunk + 1];
        int count;
        while ((count = await input.ReadAsync(buffer)) > 0)
            all.Write(buffer, 0, count);
        return (Encoding.ASCII.GetString(all.ToArray()), input.Escaped);
    }
}
