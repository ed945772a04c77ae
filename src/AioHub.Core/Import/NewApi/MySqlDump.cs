using System.Globalization;
using System.Text;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>
/// Reads what mysqldump (or mariadb-dump) writes, one row at a time: the columns of <c>CREATE TABLE</c>, the rows of <c>INSERT</c>. Tables that nobody wants pass unread. Escapes: MySQL 8.4 manual,
/// "String Literals", read 2026-11-23.
/// </summary>
public sealed class MySqlDump
{
    private const string Field = "mysql-dump";
    private const int MostColumns = 1000;

    private readonly TextReader _text;
    private readonly NewApiTables _tables = new();
    private readonly Dictionary<string, List<string>> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _rows = new(StringComparer.OrdinalIgnoreCase);
    private long _line = 1;
    private bool _hasHead;
    private bool _hasEnd;
    private string _statement = "";

    private MySqlDump(TextReader text) => _text = text;

    /// <exception cref="AdminException">There is no such file, it is cut off, or it is no dump of new-api; the message names the line.</exception>
    public static NewApiContent Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new AdminException(Field, $"there is no file '{path}'");
        }

        using var text = new StreamReader(path, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        return Read(text);
    }

    /// <inheritdoc cref="Read(string)"/>
    public static NewApiContent Read(TextReader text) => new MySqlDump(text).ReadAll();

    private NewApiContent ReadAll()
    {
        while (SkipBlanks())
        {
            var verb = Word();
            _statement = verb;
            switch (verb.ToUpperInvariant())
            {
                case "CREATE": Create(); break;
                case "INSERT" or "REPLACE": Insert(); break;
                case "DELIMITER": SkipLine(); break;
                case "SQLITE": throw Wrong("this is a SQLite database, not a dump; read it with --sqlite");
                default: SkipStatement(); break;
            }
        }

        return _hasHead && !_hasEnd
            ? throw Wrong("the file has no end ('-- Dump completed' is missing): it is cut off; make the dump again")
            : _tables.Build(Field);
    }

    private void Create()
    {
        var word = Word();
        if (!word.Equals("TABLE", StringComparison.OrdinalIgnoreCase))
        {
            SkipStatement();
            return;
        }

        var table = TableName();
        _statement = $"CREATE TABLE {table}";
        if (!NewApiTables.IsWanted(table) || Peek() != '(')
        {
            SkipStatement();
            return;
        }

        Next();
        var columns = new List<string>();
        do
        {
            SkipBlanks();
            // Keys and constraints begin with a word; columns with a back-tick.
            if (Peek() == '`' && columns.Count < MostColumns)
            {
                columns.Add(Name());
            }
        }
        while (SkipDefinition());

        _columns[table] = columns;
        _tables.See(table);
        SkipStatement();
    }

    private void Insert()
    {
        var word = Word();
        while (word.ToUpperInvariant() is "IGNORE" or "DELAYED" or "LOW_PRIORITY" or "HIGH_PRIORITY")
        {
            word = Word();
        }

        var table = word.Equals("INTO", StringComparison.OrdinalIgnoreCase) ? TableName() : word;
        _statement = $"INSERT INTO {table}";
        if (!NewApiTables.IsWanted(table))
        {
            SkipStatement();
            return;
        }

        SkipBlanks();
        var columns = Peek() == '(' ? Names() : _columns.GetValueOrDefault(table) ?? throw Wrong($"rows of {table} come before its CREATE TABLE; make the dump without --no-create-info, or with --complete-insert");
        if (Word().ToUpperInvariant() is not ("VALUES" or "VALUE"))
        {
            throw Wrong("VALUES is missing");
        }

        do
        {
            SkipBlanks();
            Expect('(');
            var values = new Dictionary<string, string?>(columns.Count, StringComparer.OrdinalIgnoreCase);
            var count = 0;
            do
            {
                var value = Value();
                if (count < columns.Count)
                {
                    values[columns[count]] = value;
                }

                count++;
                SkipBlanks();
            }
            while (Took(','));

            Expect(')');
            var number = _rows[table] = _rows.GetValueOrDefault(table) + 1;
            if (count != columns.Count)
            {
                throw Wrong(string.Create(CultureInfo.InvariantCulture, $"row {number} of {table} has {count} values for {columns.Count} columns"));
            }

            _tables.Add(new NewApiRow(table, number, values));
            SkipBlanks();
        }
        while (Took(','));

        SkipStatement();
    }

    /// <summary>To the comma before the next column, and whether there is one.</summary>
    private bool SkipDefinition()
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

    private void SkipStatement()
    {
        while (true)
        {
            var c = _text.Peek();
            if (c < 0 && _statement.Length == 0)
            {
                return;
            }

            switch (Next())
            {
                case ';': _statement = ""; return;
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

    private void SkipLine()
    {
        while (_text.Peek() >= 0 && Next() != '\n')
        {
        }

        _statement = "";
    }

    private List<string> Names()
    {
        Expect('(');
        var names = new List<string>();
        do
        {
            SkipBlanks();
            names.Add(Peek() == '`' ? Name() : Word());
            SkipBlanks();
        }
        while (Took(','));

        Expect(')');
        return names;
    }

    private string TableName()
    {
        SkipBlanks();
        var name = Peek() == '`' ? Name() : Word();
        while (name.ToUpperInvariant() is "IF" or "NOT" or "EXISTS")
        {
            SkipBlanks();
            name = Peek() == '`' ? Name() : Word();
        }

        // `database`.`table`
        if (Peek() == '.')
        {
            Next();
            name = Peek() == '`' ? Name() : Word();
        }

        SkipBlanks();
        return name;
    }

    private string Name()
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
    private string? Value()
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
    private string Word()
    {
        SkipBlanks();
        var word = new StringBuilder();
        while (_text.Peek() is >= 0 and var c && ((char)c is '_' or '$' or '+' or '-' || char.IsLetterOrDigit((char)c) || ((char)c == '.' && word.Length > 0 && (char.IsAsciiDigit(word[0]) || word[0] is '-' or '+'))))
        {
            word.Append(Next());
        }

        return word.ToString();
    }

    /// <summary>Blanks and comments; false at the end of the file.</summary>
    private bool SkipBlanks()
    {
        while (true)
        {
            switch (_text.Peek())
            {
                case < 0: return _statement.Length > 0;
                case ' ' or '\t' or '\r' or '\n': Next(); break;
                case '#': Comment(); break;
                case '-' when _statement.Length == 0: Comment(); break;
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
                case ';' when _statement.Length == 0: Next(); break;
                default: return true;
            }
        }
    }

    private void Comment()
    {
        var line = new StringBuilder();
        while (_text.Peek() >= 0 && _text.Peek() != '\n')
        {
            line.Append(Next());
        }

        var text = line.ToString();
        _hasHead |= text.StartsWith("-- MySQL dump", StringComparison.Ordinal) || text.StartsWith("-- MariaDB dump", StringComparison.Ordinal);
        _hasEnd |= text.StartsWith("-- Dump completed", StringComparison.Ordinal);
    }

    private char Peek() => _text.Peek() is >= 0 and var c ? (char)c : '\0';

    private bool Took(char wanted)
    {
        if (_text.Peek() != wanted)
        {
            return false;
        }

        Next();
        return true;
    }

    private void Expect(char wanted)
    {
        if (Next() is var c && c != wanted)
        {
            throw Wrong($"'{wanted}' is missing before '{c}'");
        }
    }

    private char Next()
    {
        var c = _text.Read();
        if (c < 0)
        {
            throw Wrong($"the file ends in the middle of a statement ({(_statement.Length > 0 ? _statement : "comment")}): it is cut off; make the dump again");
        }

        _line += c == '\n' ? 1 : 0;
        return (char)c;
    }

    private AdminException Wrong(string why) => new(Field, string.Create(CultureInfo.InvariantCulture, $"line {_line}: {why}"));
}
