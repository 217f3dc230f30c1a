//! Operators: how they are written, how strongly they bind, what their opposite is.

use std::rc::Rc;

/// An operator of SQLAlchemy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after what it writes")]
pub enum Operator {
    And,
    Or,
    Comma,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Is,
    IsNot,
    IsDistinct,
    IsNotDistinct,
    In,
    NotIn,
    Like,
    NotLike,
    Ilike,
    NotIlike,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
    Contains,
    NotContains,
    Istartswith,
    Iendswith,
    Icontains,
    Between,
    NotBetween,
    Match,
    NotMatch,
    Regexp,
    NotRegexp,
    RegexpReplace,
    Concat,
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    BitAnd,
    BitOr,
    BitXor,
    BitNot,
    ShiftLeft,
    ShiftRight,
    Negate,
    Not,
    /// A boolean column as a condition.
    IsTrue,
    /// A boolean column as a condition, negated.
    IsFalse,
    Exists,
    Distinct,
    Any,
    All,
    Desc,
    Asc,
    NullsFirst,
    NullsLast,
    Collate,
    /// `value[key]` of an ARRAY or HSTORE.
    Item,
    /// `value[key]` of JSON.
    JsonItem,
    /// `value[path]` of JSON.
    JsonPath,
    /// `.op("…")` and the dialects' own: the text, whether it compares, and its precedence.
    Custom {
        text: Rc<str>,
        compares: bool,
        precedence: i32,
    },
}

impl Operator {
    /// `.op("…")` with SQLAlchemy's default precedence.
    pub fn custom(text: &str, compares: bool) -> Operator {
        Operator::Custom { text: Rc::from(text), compares, precedence: if compares { 5 } else { 0 } }
    }

    /// How strongly it binds (`sqlalchemy.sql.operators._PRECEDENCE`).
    pub(in crate::sql) fn precedence(&self) -> i32 {
        use Operator as O;
        match self {
            O::Any | O::All | O::Item | O::JsonItem | O::JsonPath => 15,
            O::Multiply | O::Divide | O::FloorDivide | O::Modulo | O::Negate | O::BitNot => 8,
            O::Add | O::Subtract | O::BitXor | O::BitOr | O::BitAnd | O::ShiftLeft | O::ShiftRight => 7,
            O::Collate => 4,
            O::And | O::Desc | O::Asc | O::NullsFirst | O::NullsLast => 3,
            O::Or => 2,
            O::Exists => 0,
            O::Comma => -1,
            // SQLAlchemy lists none for these: they bind less than anything, and get parentheses in AND.
            O::StartsWith
            | O::NotStartsWith
            | O::EndsWith
            | O::NotEndsWith
            | O::Contains
            | O::NotContains
            | O::Istartswith
            | O::Iendswith
            | O::Icontains => -100,
            O::Custom { precedence, .. } => *precedence,
            _ => 5,
        }
    }

    /// Whether a chain of it needs no parentheses.
    pub(in crate::sql) fn is_self_precedent(&self) -> bool {
        use Operator as O;
        matches!(
            self,
            O::And | O::Or | O::Concat | O::Add | O::Multiply | O::Item | O::JsonItem | O::JsonPath
        )
    }

    /// Whether a chain of it is one list.
    pub(in crate::sql) fn is_associative(&self) -> bool {
        matches!(self, Operator::And | Operator::Or | Operator::Concat | Operator::Add | Operator::Multiply)
    }

    /// Whether it gives true or false.
    pub fn is_boolean(&self) -> bool {
        use Operator as O;
        match self {
            O::Concat
            | O::Add
            | O::Subtract
            | O::Multiply
            | O::Divide
            | O::FloorDivide
            | O::Modulo
            | O::BitAnd
            | O::BitOr
            | O::BitXor
            | O::BitNot
            | O::ShiftLeft
            | O::ShiftRight
            | O::Negate
            | O::Distinct
            | O::Any
            | O::All
            | O::Desc
            | O::Asc
            | O::NullsFirst
            | O::NullsLast
            | O::Collate
            | O::Item
            | O::JsonItem
            | O::JsonPath
            | O::Comma
            | O::RegexpReplace => false,
            O::Custom { compares, .. } => *compares,
            _ => true,
        }
    }

    /// The operator that says the opposite.
    pub(in crate::sql) fn opposite(&self) -> Option<Operator> {
        use Operator as O;
        let pairs = [
            (O::Equal, O::NotEqual),
            (O::Less, O::GreaterEqual),
            (O::Greater, O::LessEqual),
            (O::Is, O::IsNot),
            (O::IsDistinct, O::IsNotDistinct),
            (O::In, O::NotIn),
            (O::Like, O::NotLike),
            (O::Ilike, O::NotIlike),
            (O::StartsWith, O::NotStartsWith),
            (O::EndsWith, O::NotEndsWith),
            (O::Contains, O::NotContains),
            (O::Between, O::NotBetween),
            (O::Match, O::NotMatch),
            (O::Regexp, O::NotRegexp),
        ];
        pairs.into_iter().find_map(|(a, b)| match self {
            own if *own == a => Some(b),
            own if *own == b => Some(a),
            _ => None,
        })
    }

    /// As it stands between its operands, or beside its only one.
    pub(in crate::sql) fn text(&self) -> &str {
        use Operator as O;
        match self {
            O::And => " AND ",
            O::Or => " OR ",
            O::Comma => ", ",
            O::Equal => " = ",
            O::NotEqual => " != ",
            O::Less => " < ",
            O::LessEqual => " <= ",
            O::Greater => " > ",
            O::GreaterEqual => " >= ",
            O::Is => " IS ",
            O::IsNot => " IS NOT ",
            O::IsDistinct => " IS DISTINCT FROM ",
            O::IsNotDistinct => " IS NOT DISTINCT FROM ",
            O::In => " IN ",
            O::NotIn => " NOT IN ",
            O::Like
            | O::StartsWith
            | O::EndsWith
            | O::Contains
            | O::Istartswith
            | O::Iendswith
            | O::Icontains => " LIKE ",
            O::NotLike | O::NotStartsWith | O::NotEndsWith | O::NotContains => " NOT LIKE ",
            O::Ilike => " ILIKE ",
            O::NotIlike => " NOT ILIKE ",
            O::Between => " BETWEEN ",
            O::NotBetween => " NOT BETWEEN ",
            O::Match => " MATCH ",
            O::NotMatch => " NOT MATCH ",
            O::Regexp => " REGEXP ",
            O::NotRegexp => " NOT REGEXP ",
            O::RegexpReplace | O::Item | O::JsonItem | O::JsonPath => "",
            O::Concat => " || ",
            O::Add => " + ",
            O::Subtract => " - ",
            O::Multiply => " * ",
            O::Divide | O::FloorDivide => " / ",
            O::Modulo => " % ",
            O::BitAnd => " & ",
            O::BitOr => " | ",
            O::BitXor => " ^ ",
            O::BitNot => "~",
            O::ShiftLeft => " << ",
            O::ShiftRight => " >> ",
            O::Negate => "-",
            O::Not => "NOT ",
            O::IsTrue => " = 1",
            O::IsFalse => " = 0",
            O::Exists => "EXISTS ",
            O::Distinct => "DISTINCT ",
            O::Any => "ANY ",
            O::All => "ALL ",
            O::Desc => " DESC",
            O::Asc => " ASC",
            O::NullsFirst => " NULLS FIRST",
            O::NullsLast => " NULLS LAST",
            O::Collate => " COLLATE ",
            O::Custom { text, .. } => text,
        }
    }
}
