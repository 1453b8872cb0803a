using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents;
using Postern.Server.Documents.Content;
using Xunit.Sdk;

namespace Postern.Tests.Documents;

/// <summary>
/// Documents with random damage. Each is refused with an error that a client knows, or keeps every restriction that stands in its text:
/// another reader, which knows nothing of documents, looks the text through for them, in any case, as agents do.
/// </summary>
public sealed class MutatedDocumentTests
{
    private const int Documents = 10_000;
    private static readonly string[] Refusals = ["InvalidDocumentContent", "InvalidDocumentSchemaVersion", "MaxDocumentSizeExceeded"];

    private const string Original = """
        {"schemaVersion":"1.0","description":"d","sessionType":"InteractiveCommands",
         "inputs":{"idleSessionTimeout":"5","maxSessionDuration":"60","runAsEnabled":true,"runAsDefaultUser":"operator","kmsKeyId":""},
         "parameters":{"file":{"type":"String","allowedPattern":"^[a-z]{1,8}$","maxChars":8,"minChars":1},"mode":{"type":"String","allowedValues":["ro","rw"],"default":"ro"},
                       "names":{"type":"StringList","allowedPattern":"^[0-9]+$","minItems":1,"maxItems":3,"default":["1"]}},
         "properties":{"linux":{"commands":"view {{ file }} {{ mode }} {{ names }}","runAsElevated":false}}}
        """;

    private static readonly string[] Pieces =
        ["\"", "{", "}", "[", "]", ",", ":", "null", "true", "0", "-1", "1e9", "\\u0000", "\\ud800", "{{ file }}", "{{ssm:x}}", "\"allowedPattern\":\".*\",", "\"AllowedPattern\":\".*\",", "\"inputs\":{},", "(", ")", "*", "+", "{999}", "$", "\0", "ä", "\n", "/*x*/", "//x\n"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_damage_crashes_and_none_loses_a_restriction(int seed)
    {
        var random = new Random(seed);
        var taken = 0;
        for (var i = 0; i < Documents / 4; i++)
        {
            var text = i % 2 == 0 ? Damage(random, Original) : Rearrange(random);
            try
            {
                var document = SessionDocument.Parse("Own", text);
                taken++;
                KeepsItsRestrictions(document, text);
            }
            catch (AwsErrorException error)
            {
                Assert.Contains(error.Code, Refusals);
                Assert.True(error.Message.Length is > 20 and < 2000);
            }
            catch (Exception error) when (error is not XunitException)
            {
                Assert.Fail($"{text}\n{error}");
            }
        }
        Assert.InRange(taken, 50, Documents); // or nothing was tested
    }

    [Theory]
    [InlineData("; id")]
    [InlineData("$(id)")]
    [InlineData("`id`")]
    [InlineData("'\"\\ \t\r\n")]
    [InlineData("$$ $1 {{ other }} ${HOME} %s \\u0041 &amp; <b>")]
    [InlineData("ünï 💥 \u202e")]
    public void Values_reach_the_agent_as_they_were_given(string value)
    {
        var document = OwnDocuments.Version("Own", OwnDocuments.Command("echo {{ value }}", """{"value":{"type":"String"},"other":{"type":"StringList"}}"""));

        var resolved = DocumentSnapshot.Empty.Resolve(document, new Dictionary<string, IReadOnlyList<string>> { ["value"] = [value], ["other"] = [value, value] });

        Assert.Equal(value, resolved.Parameters.GetProperty("value").GetString());
        Assert.Equal([value, value], resolved.Parameters.GetProperty("other").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal("echo {{ value }}", resolved.DocumentContent.GetProperty("properties").GetProperty("linux").GetProperty("commands").GetString());
    }

    private static string Damage(Random random, string text)
    {
        var damaged = new StringBuilder(text);
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(damaged.Length);
            switch (random.Next(5))
            {
                case 0: damaged.Remove(at, Math.Min(random.Next(1, 12), damaged.Length - at)); break;
                case 1: damaged.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                case 2: damaged[at] = (char)random.Next(1, 0x180); break;
                case 3: damaged[at] = char.IsUpper(damaged[at]) ? char.ToLowerInvariant(damaged[at]) : char.ToUpperInvariant(damaged[at]); break;
                default: damaged.Insert(at, damaged.ToString(at, Math.Min(random.Next(1, 60), damaged.Length - at))); break;
            }
        }
        return damaged.ToString();
    }

    /// <summary>Well-formed documents whose members are dropped, moved, renamed or given other values.</summary>
    private static string Rearrange(Random random)
    {
        var root = JsonNode.Parse(Original)!.AsObject();
        for (var n = random.Next(1, 3); n > 0; n--)
        {
            var objects = Objects(root).ToList();
            var from = objects[random.Next(objects.Count)];
            if (from.Count == 0)
                continue;
            var (name, value) = from.ElementAt(random.Next(from.Count));
            var copy = value?.DeepClone();
            switch (random.Next(4))
            {
                case 0: from.Remove(name); break;
                case 1: from[name] = random.Next(6) switch { 0 => null, 1 => random.Next(100), 2 => true, 3 => "", 4 => new JsonArray("x"), _ => new JsonObject() }; break;
                case 2: from.Remove(name); from[random.Next(2) == 0 ? name.ToUpperInvariant() : name + "x"] = copy; break;
                default: objects[random.Next(objects.Count)][name] = copy; break;
            }
        }
        return root.ToJsonString();
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject found => found.Select(member => member.Value).SelectMany(Objects).Prepend(found),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    private static void KeepsItsRestrictions(SessionDocument document, string text)
    {
        using var parsed = JsonDocument.Parse(text);
        var root = parsed.RootElement;
        foreach (var parameter in Members(root, "parameters").SelectMany(parameters => parameters.EnumerateObject()))
        {
            var rule = document.Parameters.Single(rule => rule.Name == parameter.Name);
            foreach (var pattern in Members(parameter.Value, "allowedPattern")) Assert.Equal(pattern.GetString(), rule.Pattern?.Text);
            foreach (var values in Members(parameter.Value, "allowedValues")) Assert.Equal(values.EnumerateArray().Select(value => value.GetString()), rule.AllowedValues);
            foreach (var most in Members(parameter.Value, "maxChars")) Assert.Equal(most.ToString(), rule.MaxChars.ToString());
            foreach (var most in Members(parameter.Value, "maxItems")) Assert.Equal(most.ToString(), rule.MaxItems.ToString());
            Assert.Equal(Members(parameter.Value, "allowedPattern").Any(), rule.Pattern is not null);
        }
        foreach (var inputs in Members(root, "inputs"))
        {
            foreach (var idle in Members(inputs, "idleSessionTimeout").Where(idle => idle.ToString().Length > 0)) Assert.Equal(idle.ToString(), document.Inputs.IdleMinutes.ToString());
            foreach (var most in Members(inputs, "maxSessionDuration").Where(most => most.ToString().Length > 0)) Assert.Equal(most.ToString(), document.Inputs.DurationMinutes.ToString());
            foreach (var user in Members(inputs, "runAsEnabled").Where(user => user.ValueKind == JsonValueKind.True)) Assert.True(document.Inputs.RunAsEnabled);
            foreach (var key in Members(inputs, "kmsKeyId")) Assert.Equal(key.GetString(), document.Inputs.KmsKeyId);
        }
        // And what agents are sent can be read back, with no placeholder that would stay as it is.
        using var sent = JsonDocument.Parse(Written(document));
        Assert.Equal(document.SessionType, sent.RootElement.GetProperty("sessionType").GetString());
    }

    private static byte[] Written(SessionDocument document)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            document.WriteTo(json, document.Inputs);
        return buffer.ToArray();
    }

    private static IEnumerable<JsonElement> Members(JsonElement parent, string name)
        => parent.ValueKind == JsonValueKind.Object ? parent.EnumerateObject().Where(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(member => member.Value) : [];
}
