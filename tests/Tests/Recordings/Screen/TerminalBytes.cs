using System.Buffers;
using System.Text;
using Postern.Protocol.Recordings.Screen;

namespace Postern.Tests.Recordings.Screen;

/// <summary>What terminals are sent, made up.</summary>
internal static class TerminalBytes
{
    private static readonly string[] Texts = ["plain text ", "x", "umlaut \u00e4\u00f6\u00fc ", "\u6f22\u5b57", "\U0001F600", "e\u0301a\u0308", "\r\n", "\n", "\r", "\b", "\t", "lqqqk", new string('w', 90), "\u000e", "\u000f"];
    private static readonly string[] Sequences =
    [
        "\e7", "\e8", "\eD", "\eE", "\eM", "\eH", "\e=", "\e>", "\e(0", "\e(B", "\e)0", "\e)B", "\e#8", "\e[!p", "\e]0;title\a", "\e]2;other\e\\", "\ePq#0\e\\", "\e_x\e\\",
        "\e[?1049h", "\e[?1049l", "\e[?47h", "\e[?47l", "\e[?1047h", "\e[?1047l", "\e[?6h", "\e[?6l", "\e[?7h", "\e[?7l", "\e[4h", "\e[4l", "\e[20h", "\e[20l", "\e[?25l", "\e[?25h",
        "\e[?2004h", "\e[?1002;1006h", "\e[?1l", "\e[?1h", "\e[r", "\e[m", "\e[1;4:3;38;5;208m", "\e[38:2::1:2:3;48;2;9;8;7m", "\e[7;9;53m", "\e[22;24;27m", "\e[91;102m", "\e[3g", "\e[2 q",
    ];
    private const string Finals = "ABCDEFGHIJKLMPSTXZ@`adefmrsu";

    /// <summary>Mostly sense; no REP, whose character a picture of the screen does not hold.</summary>
    public static byte[] Random(Random random, int pieces, bool withNoise = false)
    {
        var bytes = new ArrayBufferWriter<byte>();
        for (var i = 0; i < pieces; i++)
        {
            switch (random.Next(withNoise ? 4 : 3))
            {
                case 0: Put(Texts[random.Next(Texts.Length)]); break;
                case 1: Put(Sequences[random.Next(Sequences.Length)]); break;
                case 2: Put($"\e[{Number()}{(random.Next(2) == 0 ? $";{Number()}" : "")}{Finals[random.Next(Finals.Length)]}"); break;
                default:
                    var noise = new byte[random.Next(1, 9)];
                    random.NextBytes(noise);
                    bytes.Write(noise);
                    break;
            }
        }
        return bytes.WrittenSpan.ToArray();

        string Number() => random.Next(4) switch { 0 => "", 1 => random.Next(100).ToString(), _ => random.Next(12).ToString() };
        void Put(string text) => bytes.Write(Encoding.UTF8.GetBytes(text));
    }

    public static string Picture(TerminalScreen screen)
    {
        var bytes = new ArrayBufferWriter<byte>();
        screen.Render(bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan).Replace('\e', '\u241b');
    }

    public static TerminalScreen Drawn(TerminalScreen screen)
    {
        var bytes = new ArrayBufferWriter<byte>();
        screen.Render(bytes);
        var drawn = new TerminalScreen(screen.Columns, screen.Rows);
        drawn.Write(bytes.WrittenSpan);
        return drawn;
    }
}
