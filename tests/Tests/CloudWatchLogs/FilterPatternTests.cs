using Postern.Protocol.AwsJson;
using Postern.Server.CloudWatchLogs;

namespace Postern.Tests.CloudWatchLogs;

/// <summary>Patterns and messages as the public documentation shows them.</summary>
public sealed class FilterPatternTests
{
    [Theory]
    [InlineData("", "anything", true)]
    [InlineData("ERROR", "[ERROR 400] BAD REQUEST", true)]
    [InlineData("ERROR", "[error 400]", false)]
    [InlineData("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true)]
    [InlineData("ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST", false)]
    [InlineData("\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR", true)]
    [InlineData("\"INTERNAL SERVER ERROR\"", "SERVER INTERNAL ERROR", false)]
    [InlineData("?ERROR ?ARGUMENTS", "[WARN] MISSING ARGUMENTS", true)]
    [InlineData("?ERROR ?ARGUMENTS", "[WARN] SLOW", false)]
    [InlineData("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false)]
    [InlineData("ERROR -\"NOT FOUND\"", "[ERROR 400] BAD REQUEST", true)]
    [InlineData("%AUTHORIZED|Accepted [0-9]+%", "Accepted 42", true)]
    [InlineData("%AUTHORIZED|Accepted [0-9]+%", "Accepted none", false)]
    public void Words(string pattern, string message, bool matches) => Assert.Equal(matches, FilterPattern.Parse(pattern).Matches(message));

    [Theory]
    [InlineData("{ $.eventType = \"UpdateTrail\" }", true)]
    [InlineData("{ $.sourceIPAddress != 123.123.* }", true)]
    [InlineData("{ $.sourceIPAddress = 111.111.* }", true)]
    [InlineData("{ $.arrayKey[0] = \"value\" }", true)]
    [InlineData("{ $.arrayKey[5] = \"value\" }", false)]
    [InlineData("{ $.objectList[1].id = 2 }", true)]
    [InlineData("{ $.SomeObject IS NULL }", true)]
    [InlineData("{ $.eventType IS NULL }", false)]
    [InlineData("{ $.SomeOtherObject NOT EXISTS }", true)]
    [InlineData("{ $.SomeObject NOT EXISTS }", false)]
    [InlineData("{ $.ThisFlag IS TRUE }", true)]
    [InlineData("{ $.ThisFlag IS FALSE }", false)]
    [InlineData("{ $.bandwidth > 75 && $.bandwidth <= 7.6e1 }", true)]
    [InlineData("{ $.bandwidth < 75 || ($.eventType = \"Update*\" && $.user.id = 1) }", true)]
    [InlineData("{ $.bandwidth < 75 || $.eventType = \"Update*\" && $.user.id = 2 }", false)]
    [InlineData("{ $.eventType = %^Update(Trail|Cluster)$% }", true)]
    [InlineData("{ $['eventType'] = x }", null)]
    [InlineData("{ $[\"event type\"] = x }", false)]
    [InlineData("{ $.missing != 1 }", false)]
    public void Conditions_on_json(string pattern, bool? matches)
    {
        const string message = """
            {"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","arrayKey":["value","another value"],"objectList":[{"name":"a","id":1},{"name":"b","id":2}],
             "SomeObject":null,"ThisFlag":true,"bandwidth":75.5,"user":{"id":1}}
            """;
        if (matches is { } expected)
            Assert.Equal(expected, FilterPattern.Parse(pattern).Matches(message));
        else
            Assert.Throws<AwsErrorException>(() => FilterPattern.Parse(pattern));
        if (matches == true)
            Assert.False(FilterPattern.Parse(pattern).Matches("{ not json"));
    }

    [Fact]
    public void An_expression_that_takes_long_is_given_up()
        => Assert.Throws<System.Text.RegularExpressions.RegexMatchTimeoutException>(() => FilterPattern.Parse("%(a|aa){1,800}c%").Matches(new string('a', 5_000_000)));

    [Theory]
    [InlineData("%a% %b% %c%", "2 regular expressions")]
    [InlineData("\"open", "character 1")]
    [InlineData("a %(%", "character 3")]
    [InlineData("a ?", "character 4")]
    [InlineData("{ $.a }", "character 7")]
    [InlineData("{ $.a = 1", "\"}\" is expected")]
    [InlineData("{ $.a > b }", "compares numbers")]
    [InlineData("{ $.a = 1 } x", "nothing more")]
    [InlineData("[a, b]", "not supported")]
    public void What_cannot_be_read_is_refused_with_the_place(string pattern, string expected)
        => Assert.Contains(expected, Assert.Throws<AwsErrorException>(() => FilterPattern.Parse(pattern)).Message);

    [Fact]
    public void Any_text_is_taken_or_refused_clearly()
    {
        var random = new Random(7);
        const string alphabet = "{}$.[]()\"%=!<>&|?-* ab1IS NULL";
        for (var i = 0; i < 10_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            try
            {
                FilterPattern.Parse(text).Matches("""{"a":[1,{"b":"x"}]}""");
            }
            catch (AwsErrorException e)
            {
                Assert.Equal("InvalidParameterException", e.Code);
            }
        }
        Assert.Contains("deep", Assert.Throws<AwsErrorException>(() => FilterPattern.Parse("{" + new string('(', 500))).Message);
    }
}
