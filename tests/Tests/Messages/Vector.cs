using System.Text.Json;

namespace Postern.Tests.Messages;

/// <summary>One file of tests/vectors/messages: bytes made by an independent script, and what they mean.</summary>
internal sealed class Vector : IDisposable
{
    private readonly JsonDocument _json;

    public Vector(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "messages", name + ".json");
        _json = JsonDocument.Parse(File.ReadAllBytes(path));
    }

    public byte[] Bytes => Convert.FromHexString(Text("hex"));

    public string Text(string member) => _json.RootElement.GetProperty(member).GetString()!;

    public long Number(string member) => _json.RootElement.GetProperty(member).GetInt64();

    public bool Flag(string member) => _json.RootElement.GetProperty(member).GetBoolean();

    public IEnumerable<byte[]> Frames => _json.RootElement.GetProperty("frames").EnumerateArray().Select(frame => Convert.FromHexString(frame.GetString()!));

    /// <summary>Unless the vector says that it has none.</summary>
    public bool HasDigest => !_json.RootElement.TryGetProperty("digest", out var digest) || digest.GetBoolean();

    public void Dispose() => _json.Dispose();
}
