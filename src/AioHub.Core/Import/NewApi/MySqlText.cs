using System.Globalization;
using System.Text;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>The words of a dump, one sign at a time; knows its line. Escapes: MySQL 8.4 manual, "String Literals", read 2026-11-23.</summary>
internal sealed class MySqlText(TextReader source, string field)
{
    private long _line = 1;
    private bool _hasHead;
    private bool _hasEnd;

    /// <summary>What is being read, for messages; empty = nothing.</summary>
    public string Statement { get; set; } = "";

    /// <summary>The program that made the file says when it is through; it did not.</summary>
    public bool LacksItsEnd => _hasHead && !_hasEnd;

    /// <summary>To the comma before the next column, and whether there is one.</summary>
    public bool SkipDefinition()
    {
        for (var depth = 1; ;)
        {
            var c = Next();
            switch (c)
            {
                case '\'' or '"' or '`': SkipQuoted(c); break;
                case '(': depth++; break;
                case ')' when --depth == 0: return false;
                case ',' when depth == 1: return true;
                default: break;
            }
        }
    }

    public void SkipStatement()
    {
        while (true)
        {
            var c = source.Peek();
            if (c < 0 && Statement.Length == 0)
            {
                return;
            }

            switch (Next())
            {
                case ';': Statement = ""; return;
                case '\'': SkipQuoted('\''); break;
                case '"': SkipQuoted('"'); break;
                case '`': SkipQuoted('`'); break;
                default: break;
            }
        }
    }

    private void SkipQuoted(char quote)
    {
        // Behind a doubled quote the text goes on; read as the end of one text and the begin of the next, it comes to the same.
        for (var c = Next(); c != quote; c = Next())
        {
            if (c == '\\' && quote != '`')
            {
                Next();
            }
        }
    }

    public void SkipLine()
    {
        while (source.Peek() >= 0 && Next() != '\n')
        {
        }

        Statement = "";
    }

    public string Name()
    {
        Expect('`');
        return Quoted('`');
    }

    private string Quoted(char quote)
    {
        var text = new StringBuilder();
        while (true)
        {
            var c = Next();
            if (c == quote)
            {
                if (Peek() != quote)
                {
                    return text.ToString();
                }

                text.Append(Next());
            }
            else if (c == '\\' && quote != '`')
            {
                Escape(text, Next());
            }
            else
            {
                text.Append(c);
            }
        }
    }

    private static void Escape(StringBuilder text, char c) => _ = c switch
    {
        '0' => text.Append('\0'),
        'b' => text.Append('\b'),
        'n' => text.Append('\n'),
        'r' => text.Append('\r'),
        't' => text.Append('\t'),
        'Z' => text.Append('\u001a'),
        '%' or '_' => text.Append('\\').Append(c),
        _ => text.Append(c),
    };

    /// <summary>A text, a number as it is written, or null for NULL.</summary>
    public string? Value()
    {
        SkipBlanks();
        if (Peek() is '\'' or '"')
        {
            return Quoted(Next());
        }

        var word = Word();
        if (word.Length > 2 && word[0] == '0' && word[1] is 'x' or 'X')
        {
            return Hex(word.AsSpan(2));
        }

        switch (word.ToUpperInvariant())
        {
            case "NULL": return null;
            case "TRUE": return "1";
            case "FALSE": return "0";
            case "X" when Peek() == '\'': return Hex(Quoted(Next()));
            case "B" when Peek() == '\'': return Quoted(Next()).TrimStart('0') is "" ? "0" : "1";
            case ['_', ..]:
                // A character set before a text: _utf8mb4'…', _binary '…'.
                return Value();
            default:
                return word.Length > 0 && (char.IsAsciiDigit(word[^1]) || word[^1] == '.') ? word : throw Wrong($"'{(word.Length > 0 ? word : Peek())}' is no value");
        }
    }

    private string Hex(ReadOnlySpan<char> digits)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromHexString(digits));
        }
        catch (FormatException)
        {
            throw Wrong("a hexadecimal value is broken");
        }
    }

    /// <summary>Letters, digits and what numbers are written with.</summary>
    public string Word()
    {
        SkipBlanks();
        var word = new StringBuilder();
        while (source.Peek() is >= 0 and var c && ((char)c is '_' or '$' or '+' or '-' || char.IsLetterOrDigit((char)c) || ((char)c == '.' && word.Length > 0 && (char.IsAsciiDigit(word[0]) || word[0] is '-' or '+'))))
        {
            word.Append(Next());
        }

        return word.ToString();
    }

    /// <summary>Blanks and comments; false at the end of the file.</summary>
    public bool SkipBlanks()
    {
        while (true)
        {
            switch (source.Peek())
            {
                case < 0: return Statement.Length > 0;
                case ' ' or '\t' or '\r' or '\n': Next(); break;
                case '#': Comment(); break;
                case '-' when Statement.Length == 0: Comment(); break;
                case '/':
                    Next();
                    Expect('*');
                    for (var before = '\0'; ;)
                    {
                        var c = Next();
                        if (before == '*' && c == '/')
                        {
                            break;
                        }

                        before = c;
                    }

                    break;
                // What is left of `/*!40101 … */;`
                case ';' when Statement.Length == 0: Next(); break;
                default: return true;
            }
        }
    }

    private void Comment()
    {
        var line = new StringBuilder();
        while (source.Peek() >= 0 && source.Peek() != '\n')
        {
            line.Append(Next());
        }

        var text = line.ToString();
        _hasHead |= text.StartsWith("-- MySQL dump", StringComparison.Ordinal) || text.StartsWith("-- MariaDB dump", StringComparison.Ordinal);
        _hasEnd |= text.StartsWith("-- Dump completed", StringComparison.Ordinal);
    }

    public char Peek() => source.Peek() is >= 0 and var c ? (char)c : '\0';

    public bool Took(char wanted)
    {
        if (source.Peek() != wanted)
        {
            return false;
        }

        Next();
        return true;
    }

    public void Expect(char wanted)
    {
        if (Next() is var c && c != wanted)
        {
            throw Wrong($"'{wanted}' is missing before '{c}'");
        }
    }

    public char Next()
    {
        var c = source.Read();
        if (c < 0)
        {
            throw Wrong("the file ends in the middle of a comment: it is cut off; make the dump again");
        }

        _line += c == '\n' ? 1 : 0;
        return (char)c;
    }

    /// <summary>What is wrong at this place. Where the file has just ended, that is what is wrong.</summary>
    public AdminException Wrong(string why) => new(
        field, string.Create(CultureInfo.InvariantCulture, $"line {_line}: {(Statement.Length > 0 && source.Peek() < 0 ? $"the file ends in the middle of a statement ({Statement}): it is cut off; make the dump again" : why)}"));
}
