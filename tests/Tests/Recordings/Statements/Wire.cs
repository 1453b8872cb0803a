using System.Buffers.Binary;
using System.Text;

namespace Postern.Tests.Recordings.Statements;

/// <summary>Messages of both protocols, for what real programs do not do.</summary>
internal static class Wire
{
    public static byte[] Startup(params string[] pairs) => Sized([0, 3, 0, 0, .. pairs.SelectMany(Zero), 0]);

    public static byte[] Cancel(int process) => Sized([.. Big(80877102), .. Big(process), .. Big(7)]);

    public static byte[] SslRequest => Sized(Big(80877103));

    public static byte[] Message(char type, params byte[] body) => [(byte)type, .. Sized(body)];

    public static byte[] Message(char type, string text) => Message(type, Zero(text));

    public static byte[] Parse(string name, string text) => Message('P', [.. Zero(name), .. Zero(text), 0, 0]);

    public static byte[] Bind(string portal, string name, int values = 0)
        => Message('B', [.. Zero(portal), .. Zero(name), 0, 0, 0, (byte)values, .. Enumerable.Repeat((byte[])[0, 0, 0, 1, 65], values).SelectMany(value => value), 0, 0]);

    public static byte[] Execute(string portal = "") => Message('E', [.. Zero(portal), 0, 0, 0, 0]);

    public static byte[] Sync => Message('S');

    public static byte[] Ready(char state = 'I') => Message('Z', (byte)state);

    public static byte[] Done(string tag) => Message('C', tag);

    public static byte[] Error(string code, string text) => Message('E', [(byte)'S', .. Zero("ERROR"), (byte)'C', .. Zero(code), (byte)'M', .. Zero(text), 0]);

    public static Capture Postgres() => new Capture().Client(Startup("user", "demo", "database", "shop")).Server([.. Message('R', 0, 0, 0, 0), .. Message('K', [.. Big(42), .. Big(7)]), .. Ready()]);

    public static byte[] Packet(int sequence, params byte[] payload) => [(byte)payload.Length, (byte)(payload.Length >> 8), (byte)(payload.Length >> 16), (byte)sequence, .. payload];

    public static byte[] Command(byte command, string text) => Packet(0, [command, .. Encoding.UTF8.GetBytes(text)]);

    public static byte[] Ok(int sequence, int rows = 0, int status = 2, byte header = 0) => Packet(sequence, header, (byte)rows, 0, (byte)status, 0, 0, 0);

    public static byte[] Eof(int sequence, int status = 2) => Packet(sequence, 0xFE, 0, 0, (byte)status, 0);

    /// <summary>A greeting and a login that agree on the capabilities given, and the server's consent.</summary>
    public static Capture MySql(uint capabilities = 0x00008201)
    {
        var low = (byte[])[(byte)capabilities, (byte)(capabilities >> 8)];
        var high = (byte[])[(byte)(capabilities >> 16), (byte)(capabilities >> 24)];
        return new Capture()
            .Server(Packet(0, [10, .. Zero("8.0.0"), 9, 0, 0, 0, .. new byte[8], 0, .. low, 45, 2, 0, .. high, 21, .. new byte[10], .. new byte[13]]))
            .Client(Packet(1, [.. low, .. high, 0, 0, 0, 1, 45, .. new byte[23], .. Zero("demo"), 0]))
            .Server(Ok(2));
    }

    public static byte[] Column(int sequence) => Packet(sequence, [3, .. "def"u8, .. new byte[20]]);

    private static byte[] Zero(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Sized(byte[] body) => [.. Big(body.Length + 4), .. body];
}
