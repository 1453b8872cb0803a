using System.Buffers;
using System.Text;

namespace Postern.Tests.Recordings.Screen;

/// <summary>Random bytes whose meaning tmux and xterm agree on: no erasing behind the last column, no guessing where inserted lines leave the cursor.</summary>
internal static class TmuxDialect
{
    private static readonly string[] Texts = ["plain text ", "\u00e4\u00f6\u00fc", "\u6f22\u5b57 ", new string('w', 90), "one\ttwo\tthree", "\u001b(0lqqk\u001b(B", "a\b\bb", "e\u0301x"];
    private static readonly string[] Sequences =
    [
        "\r\n", "\n", "\eM", "\eD\r", "\e[K", "\e[1K", "\e[2K", "\e[J", "\e[1J", "\e[2J\r", "\e[4;20r", "\e[r", "\e[?1049h", "\e[?1049l\r", "\e7\e8", "\e[4hab\e[4l", "\e[m",
        "\e[1m", "\e[3;4m", "\e[7m", "\e[9m", "\e[31m", "\e[44m", "\e[38;5;208m", "\e[48;5;17m", "\e[38;2;1;2;3m", "\e[22;23;24;27;29m", "\e[39;49m", "\e[95m", "\e[103m",
    ];
    private const string Finals = "ABCDGHPSX@d";

    public static byte[] Random(Random random, int pieces)
    {
        var bytes = new ArrayBufferWriter<byte>();
        for (var i = 0; i < pieces; i++)
        {
            switch (random.Next(4))
            {
                case 0: Put($"\e[{random.Next(1, 25)};{random.Next(1, 70)}H{Texts[random.Next(Texts.Length)]}\r"); break;
                case 1: Put(Sequences[random.Next(Sequences.Length)]); break;
                case 2: Put($"\e[r\e[{random.Next(1, 25)}H\e[{random.Next(1, 8)}{"LM"[random.Next(2)]}\r"); break; // outside margins, tmux moves lines all the same
                default: Put($"\e[{random.Next(1, 8)}{Finals[random.Next(Finals.Length)]}\r"); break;
            }
        }
        return bytes.WrittenSpan.ToArray();

        void Put(string text) => bytes.Write(Encoding.UTF8.GetBytes(text));
    }
}
