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

    public void Dispose() => _json.Dispose();
}
