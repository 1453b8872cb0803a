using System.Text.Json.Nodes;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents;
using Postern.Server.Documents.Content;

namespace Postern.Tests.Documents;

public sealed class YamlContentTests
{
    private const string Yaml = """
        # Looks at a log.
        schemaVersion: "1.0"
        description: Follow a log, as it grows
        sessionType: InteractiveCommands
        inputs: {idleSessionTimeout: '5', runAsEnabled: true, runAsDefaultUser: operator}
        parameters:
          file:
            type: String
            allowedPattern: ^[a-z]{1,8}$
            maxChars: 8
          names: {type: StringList, default: [a, "1"]}
        properties:
          linux:
            commands: |
              tail -f /var/log/{{ file }}
              echo {{ names }}
            runAsElevated: false
        """;

    [Fact]
    public void A_document_in_YAML_is_the_one_that_it_is_in_JSON()
    {
        var document = SessionDocument.Parse("Own", Yaml, DocumentVersion.Yaml);
        Assert.Equal((Yaml, "YAML", "Follow a log, as it grows", "InteractiveCommands"), (document.Content, document.Format, document.Description, document.SessionType));
        Assert.Equal(["file", "names"], document.Parameters.Select(parameter => parameter.Name));
        var json = JsonNode.Parse(YamlContent.ToJson(Yaml))!;
        Assert.Equal("tail -f /var/log/{{ file }}\necho {{ names }}\n", json["properties"]!["linux"]!["commands"]!.GetValue<string>());
        Assert.Equal(8, json["parameters"]!["file"]!["maxChars"]!.GetValue<int>());
        Assert.True(json["inputs"]!["runAsEnabled"]!.GetValue<bool>());
        Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse(YamlContent.ToJson(YamlText.Of(json.ToJsonString())))));
    }

    [Fact]
    public void Every_document_of_Amazons_comes_back_from_YAML_as_it_was()
    {
        Assert.NotEmpty(AwsOwnedDocuments.ByName);
        foreach (var document in AwsOwnedDocuments.ByName.Values)
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(document.Content), JsonNode.Parse(YamlContent.ToJson(document.ContentAs("YAML")))), document.ContentAs("YAML"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no")]
    [InlineData("1.0")]
    [InlineData(" leading")]
    [InlineData("trailing ")]
    [InlineData("a: b # c")]
    [InlineData("- [x]\n\ttwo\r\n three\n")]
    [InlineData("\u0000\u0085\u2028\ufeff äöü 😀 \\ \" '")]
    [InlineData("{{ file }}")]
    [InlineData("*alias &anchor !tag <<")]
    public void Any_text_comes_back_from_YAML_as_it_was(string text)
    {
        var json = new JsonObject { [text] = new JsonArray(text, new JsonObject { ["n"] = 1.5, ["t"] = true, ["z"] = null }, new JsonArray(), new JsonObject()) };
        Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse(YamlContent.ToJson(YamlText.Of(json.ToJsonString())))), YamlText.Of(json.ToJsonString()));
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x", "anchor")]
    [InlineData("a: *x", "alias")]
    [InlineData("*x : 1", "must be a text")]
    [InlineData("<<: {a: 1}", "merges")]
    [InlineData("a: !!str 1", "tag")]
    [InlineData("a: !!binary QQ==", "tag")]
    [InlineData("? [a]\n: 1", "must be a text")]
    [InlineData("a: yes", "put it in quotes")]
    [InlineData("a: Off", "put it in quotes")]
    [InlineData("a: 007", "put it in quotes")]
    [InlineData("a: 0x1F", "put it in quotes")]
    [InlineData("a: 1_000", "put it in quotes")]
    [InlineData("a: 1:30", "put it in quotes")]
    [InlineData("a: .inf", "put it in quotes")]
    [InlineData("a: +1", "put it in quotes")]
    [InlineData("a: 1\n---\nb: 2", "second document")]
    [InlineData("a: \"x", "line 1")]
    [InlineData("a: [1", "not YAML")]
    [InlineData("", "not YAML")]
    public void What_readers_do_not_agree_on_is_refused_with_its_place(string yaml, string told)
    {
        var refusal = Assert.Throws<AwsErrorException>(() => YamlContent.ToJson(yaml));
        Assert.Equal("InvalidDocumentContent", refusal.Code);
        Assert.Contains(told, refusal.Message);
    }

    [Fact]
    public void Names_come_once_and_nesting_has_an_end()
    {
        Assert.Throws<AwsErrorException>(() => SessionDocument.Parse("Own", Yaml + "\ndescription: again", DocumentVersion.Yaml));
        Assert.Contains("nested", Assert.Throws<AwsErrorException>(() => YamlContent.ToJson(new string('[', 20) + new string(']', 20))).Message);
        Assert.Throws<AwsErrorException>(() => YamlContent.ToJson(new string('[', SessionDocument.MaxBytes)));
        Assert.Throws<AwsErrorException>(() => YamlContent.ToJson(string.Concat(Enumerable.Repeat("- ", SessionDocument.MaxBytes / 2))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_damage_crashes_the_reader(int seed)
    {
        string[] pieces = ["&a ", "*a", "!t ", "? ", ": ", "- ", "|", ">", "'", "\"", "[", "]", "{", "}", "#", "%YAML 1.1\n", "---\n", "...\n", "\t", "\\x", "\\ud800", "\\U0011ffff", "\u0085", "\u0001", "~", "\ud800", "\n  "];
        var random = new Random(seed);
        for (var i = 0; i < 1500; i++)
        {
            var text = Yaml;
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(text.Length);
                text = random.Next(2) == 0 ? text.Insert(at, pieces[random.Next(pieces.Length)]) : text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
            }
            try
            {
                SessionDocument.Parse("Own", text, DocumentVersion.Yaml);
            }
            catch (AwsErrorException)
            {
                // A refusal; anything else fails the test.
            }
        }
    }
}
