using Postern.Server.Recordings.Statements;

namespace Postern.Tests.Recordings.Statements;

/// <summary>What passed on one connection between a real client and a real server, and the records made of it.</summary>
internal sealed class Capture
{
    public const int StepMicroseconds = 1000;

    public List<Piece> Pieces { get; } = [];

    public readonly record struct Piece(bool FromServer, byte[] Bytes, long Time);

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "*.hex").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "vectors", "statements");

    /// <summary>A file of lines: <c>&gt;</c> (client) or <c>&lt;</c> (server) and bytes in hexadecimal.</summary>
    public static Capture Load(string name)
    {
        var capture = new Capture();
        foreach (var line in File.ReadLines(Path.Combine(Folder, name + ".hex")))
            capture.Add(line[0] == '<', Convert.FromHexString(line.AsSpan(2)));
        return capture;
    }

    public static string[] Expected(string name) => File.ReadAllLines(Path.Combine(Folder, name + ".jsonl"));

    public Capture Client(params byte[] bytes) => Add(false, bytes);

    public Capture Server(params byte[] bytes) => Add(true, bytes);

    private Capture Add(bool fromServer, byte[] bytes)
    {
        Pieces.Add(new(fromServer, bytes, (Pieces.Count + 1) * StepMicroseconds));
        return this;
    }

    /// <summary>The same bytes at the same times, cut anywhere.</summary>
    public Capture Cut(Random random, int longest)
    {
        var cut = new Capture();
        foreach (var piece in Pieces)
            for (var at = 0; at < piece.Bytes.Length;)
            {
                var length = Math.Min(random.Next(1, longest + 1), piece.Bytes.Length - at);
                cut.Pieces.Add(piece with { Bytes = piece.Bytes[at..(at + length)] });
                at += length;
            }
        return cut;
    }

    public List<StatementRecord> Decode(Backends? backends = null, long connection = 1)
    {
        var records = new List<StatementRecord>();
        var decoder = new StatementDecoder(connection, "db:1", backends ?? new(), 0, records.Add);
        foreach (var (fromServer, bytes, time) in Pieces)
            if (fromServer)
                decoder.FromServer(bytes, time);
            else
                decoder.FromClient(bytes, time);
        decoder.Closed(Pieces.Count == 0 ? 0 : Pieces[^1].Time + StepMicroseconds);
        return records;
    }

    public List<string> Lines() => [.. Decode().Select(record => System.Text.Encoding.UTF8.GetString(record.ToJson()))];
}
