using System.Security.Cryptography;
using Postern.Protocol.Recordings;
using Postern.Server.Iam;
using Postern.Server.Recordings;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Bench.Recording;

/// <summary>Reads the recordings of a gateway that was stopped, as its own programs do.</summary>
internal sealed class Replays : IAsyncDisposable
{
    private readonly Database _database;
    private readonly RecordingKeys _keys;
    private readonly Dictionary<string, string> _files;

    private Replays(Database database, RecordingKeys keys, Dictionary<string, string> files) => (_database, _keys, _files) = (database, keys, files);

    public static async Task<Replays> OpenAsync(string data, CancellationToken cancellationToken)
    {
        var database = Database.Create(SqliteDatabase.Prefix + Path.Combine(data, "postern.db"));
        var keys = new RecordingKeys(database, MasterKey.Load(Path.Combine(data, "master.key")), TimeProvider.System);
        await keys.StartAsync(cancellationToken);
        var root = new RecordingFolder(new ServerOptions { Data = data }).Root;
        return new(database, keys, Directory.EnumerateFiles(root, "*" + RecordingFolder.Extension, SearchOption.AllDirectories).ToDictionary(file => Path.GetFileNameWithoutExtension(file)));
    }

    /// <summary>What is wrong with a recording; null: it is whole, signed, and begins with just the bytes that were seen.</summary>
    public async Task<string?> FaultOfAsync(SeenOutput seen, CancellationToken cancellationToken)
    {
        if (!_files.TryGetValue(seen.SessionId, out var path))
            return "there is none";
        await using var file = File.OpenRead(path);
        var verdict = await RecordingVerifier.VerifyAsync(file, cancellationToken);
        if (verdict.State != RecordingState.Complete)
            return $"it is {verdict.State}: {verdict.Fault}";
        file.Position = 0;
        using var reader = await RecordingReader.OpenAsync(file, _keys.SealingKey, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long rest = seen.Bytes, gaps = 0;
        while (await reader.ReadChunkAsync(cancellationToken))
            Take(reader.Events, hash, ref rest, ref gaps);
        if (gaps > 0)
            return $"it has {gaps} gaps";
        if (rest > 0)
            return $"{rest} of {seen.Bytes} bytes that were seen are missing";
        return hash.GetCurrentHash().AsSpan().SequenceEqual(seen.Hash) ? null : "other bytes were seen";
    }

    public ValueTask DisposeAsync()
    {
        _keys.Dispose();
        return _database.DisposeAsync();
    }

    private static void Take(EventReader events, IncrementalHash hash, ref long rest, ref long gaps)
    {
        while (events.MoveNext())
        {
            gaps += events.Current.Kind == RecordingEventKind.Gap ? 1 : 0;
            if (events.Current.Kind != RecordingEventKind.Output)
                continue;
            var part = (int)Math.Min(rest, events.Current.Body.Length);
            hash.AppendData(events.Current.Body[..part]);
            rest -= part;
        }
    }
}
